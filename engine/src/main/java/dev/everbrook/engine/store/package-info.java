/**
 * The database: connections, transactions, migrations, the nodes that share it, and the bell
 * between them.
 *
 * <p>It promises that a failure says whether a retry can help (by SQLSTATE, never by text), and
 * that a node which was declared dead can never again write as that node. It may use text and the
 * world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.store.Database}, then {@link
 * dev.everbrook.engine.store.Membership}.
 */
@NullMarked
package dev.everbrook.engine.store;

import org.jspecify.annotations.NullMarked;
