package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.ClaimRequest;
import dev.everbrook.engine.job.NewJob;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Claims jobs for workers in other processes, as many as one reply carries. A reply is held in
 * memory on both sides, so it is bounded in bytes. Jobs beyond the bound are not claimed. Safe for
 * use by many threads.
 */
public final class BoundedClaims {

  private static final int UTF8_BYTES_MAX = 3;

  private final Claims claims;

  public BoundedClaims(Claims claims) {
    this.claims = claims;
  }

  /**
   * Claims jobs of these kinds for the incarnation of a worker.
   *
   * @param plain whether the queue had neither limits nor lanes at the last look
   */
  public Claims.Turn claim(long node, ClaimRequest wish, Set<String> kinds, boolean plain) {
    Claims.Want want = new Claims.Want(wish.most(), Claims.BYTES_MAX);
    if (plain) {
      List<Claimed> jobs =
          claims.claim(node, wish.queue(), kinds, want, ScanCursor.Place.FIRST).jobs();
      if (!jobs.isEmpty() || claims.isPlain(wish.queue())) {
        return new Claims.Turn(jobs, Optional.empty(), true, false);
      }
    }
    return claims.claimInTurn(node, wish.queue(), kinds, want);
  }

  /** Whether the queue may have more jobs than these. */
  public static boolean isFull(List<Claimed> jobs, int most) {
    long characters = jobs.stream().mapToLong(it -> it.payload().length()).sum();
    return jobs.size() == most
        || characters * UTF8_BYTES_MAX > Claims.BYTES_MAX - NewJob.PAYLOAD_BYTES_MAX;
  }
}
