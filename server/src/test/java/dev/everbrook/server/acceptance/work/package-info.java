/**
 * Jobs over HTTP: what an operator administers, and workers in other languages.
 *
 * <p>Start reading at {@link dev.everbrook.server.acceptance.work.WorkOverHttpTest}.
 */
@NullMarked
package dev.everbrook.server.acceptance.work;

import org.jspecify.annotations.NullMarked;
