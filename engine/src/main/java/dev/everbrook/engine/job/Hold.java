package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.util.HashSet;
import java.util.Set;

/**
 * A claim of a job: the fence of everything that is done in its name.
 *
 * @param node the life that claimed it, a node's or a worker's
 */
public record Hold(long job, int run, long node) {

  /**
   * The rows of the lives are locked first: who takes a job from a life that is over deletes that
   * row before. The jobs' rows need no lock, since none but the life itself ends what it holds.
   */
  private static final String STANDING =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ANY (?) FOR KEY SHARE)
      SELECT id, run, owner FROM everbrook.job
       WHERE id = ANY (?) AND state = 'running' AND owner IN (SELECT id FROM alive)
      """;

  /** Those of these that stand, and that nobody can take away until the transaction has ended. */
  public static Set<Hold> standing(Tx tx, Set<Hold> holds) {
    Set<Hold> found =
        new HashSet<>(
            tx.list(
                STANDING,
                row -> new Hold(row.getLong(1), row.getInt(2), row.getLong(3)),
                holds.stream().mapToLong(Hold::node).distinct().toArray(),
                holds.stream().mapToLong(Hold::job).distinct().toArray()));
    found.retainAll(holds);
    return found;
  }
}
