/**
 * A real PostgreSQL managed by this process, for trying Everbrook and for its tests.
 *
 * <p>It promises a durable server (fsync and synchronous_commit on) that only this machine can
 * reach, that survives the death of the process and is found by the next one. It may use no other
 * room of Everbrook.
 *
 * <p>Start reading at {@link dev.everbrook.postgres.EmbeddedPostgres}.
 */
@NullMarked
package dev.everbrook.postgres;

import org.jspecify.annotations.NullMarked;
