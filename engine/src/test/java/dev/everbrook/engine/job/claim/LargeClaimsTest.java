package dev.everbrook.engine.job.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.ClaimRequest;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.enqueue.Family;
import dev.everbrook.engine.job.enqueue.JobInserter;
import dev.everbrook.engine.job.run.Slots;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node holds what it claims in memory: what is large is claimed a few at a time. */
class LargeClaimsTest {

  private static final int JOBS = 12;
  private static final int FIT = 8; // of half a mebibyte each
  private static final Claims.Want WANT = new Claims.Want(JOBS, Claims.BYTES_MAX);

  /** A hundredth of it is stored. */
  private static final String SPACES = "[" + " ".repeat(NewJob.PAYLOAD_BYTES_MAX - 2) + "]";

  @AutoClose private final JobsNode node = new JobsNode();

  @Test
  void aClaimEndsWithThePayloadThatFitsAndTheNextGoesOnBehindIt() {
    List<Long> ids = node.database.tx(tx -> node.jobs.enqueueAll(tx, large()));
    Claims claims = new Claims(node.database, World.real());
    Claims.Line first = claim(claims, ScanCursor.Place.FIRST);
    Claims.Line second = claim(claims, first.end());

    assertThat(first.large()).isTrue();
    assertThat(first.jobs()).hasSizeBetween(FIT - 1, FIT);
    List<Claimed> both = new ArrayList<>(first.jobs());
    both.addAll(second.jobs());
    assertThat(both).extracting(Claimed::id).containsExactlyElementsOf(ids);
    assertThat(claim(claims, second.end()).large()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lane"})
  void whatIsSmallWhereItIsStoredIsClaimedAsWhatItIsInMemory(String lane) {
    node.database.tx(
        tx -> node.jobs.enqueueAll(tx, Collections.nCopies(JOBS, JobsTest.job(SPACES).lane(lane))));
    Claims claims = new Claims(node.database, World.real());
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sizes.add(
          lane.isEmpty()
              ? claim(claims, ScanCursor.Place.FIRST).jobs().size()
              : claims
                  .claimInTurn(node.membership.node(), "q", Set.of(JobsTest.KIND), WANT)
                  .jobs()
                  .size());
    }

    assertThat(sizes).containsExactly(4, 4, 4, 0);
  }

  @Test
  void oneAlwaysFits() {
    node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job(SPACES)));
    Claims.Want little = new Claims.Want(JOBS, 1);

    assertThat(
            new Claims(node.database, World.real())
                .claim(
                    node.membership.node(),
                    "q",
                    Set.of(JobsTest.KIND),
                    little,
                    ScanCursor.Place.FIRST)
                .jobs())
        .hasSize(1);
  }

  @Test
  void aNodeReservesNoMoreMemoryThanItHasHoweverManyPlacesAreFree() {
    Slots places = new Slots(10, 0);

    assertThat(places.reserveBytes(4, 6)).isEqualTo(6);
    assertThat(places.reserveBytes(4, 6)).isEqualTo(4);
    assertThat(places.reserveBytes(4, 6)).isZero();
    places.releaseBytes(3);
    assertThat(places.reserveBytes(4, 6)).isZero();
    places.releaseBytes(1);
    assertThat(places.reserveBytes(4, 6)).isEqualTo(4);
  }

  @Test
  void whatIsOnlyToBeEndedIsClaimedWithoutItsPayloadWhichItsHandlerMayReadThough()
      throws Exception {
    CompletableFuture<String> read = new CompletableFuture<>();
    long job = node.jobs.enqueue(JobsTest.job(SPACES).after(Duration.ofHours(1)));
    Claims claims = new Claims(node.database, World.real());
    node.database.update("UPDATE everbrook.job SET cancelled = true, state = 'ready'");
    List<Claimed> taken = claims.takeCancelled(node.membership.node(), Set.of(JobsTest.KIND), JOBS);
    assertThat(taken).extracting(Claimed::payload).containsExactly("");
    node.database.update("UPDATE everbrook.job SET state = 'ready', owner = NULL");
    node.working(
        1,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            return new Outcome.Done();
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            read.complete(run.payload());
          }
        });
    node.jobs.cancel(job);

    assertThat(read.get(JobsTest.WAIT_S, TimeUnit.SECONDS)).isEqualTo(SPACES);
    assertThat(node.outcome(job)).isEqualTo("cancelled");
  }

  @Test
  void childrenThatLeftTooMuchToBeHeldAreReadByPages() {
    node.database.update(
        """
        INSERT INTO everbrook.job_child (parent, child, kind, outcome, result)
        SELECT 7, n, 'k', 'done', to_json(repeat(' ', 1000000)) FROM generate_series(1, 40) AS n
        """);
    Family family = new Family(node.database, new JobInserter());

    assertThatThrownBy(() -> family.children(7))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("by pages");
    assertThat(family.page(7, 0).children()).hasSize(4);
    node.database.update("DELETE FROM everbrook.job_child WHERE child > 9");
    assertThat(family.children(7)).hasSize(9);
  }

  /** The limits of a worker elsewhere are those of its answer. */
  @Test
  void aWorkerElsewhereIsGivenNoMoreThanOneAnswerCarries() {
    node.database.tx(
        tx -> node.jobs.enqueueAll(tx, Collections.nCopies(JOBS, JobsTest.job(SPACES))));
    BoundedClaims bounded = new BoundedClaims(new Claims(node.database, World.real()));
    ClaimRequest wish = new ClaimRequest("q", Set.of(), JOBS, Duration.ZERO, Set.of());
    long incarnation = node.membership.node();

    assertThat(bounded.claim(incarnation, wish, Set.of(JobsTest.KIND), true).jobs()).hasSize(4);
    assertThat(new HeldJobs(node.database, World.real()).unknown(incarnation, "q", Set.of(), JOBS))
        .hasSize(4);
  }

  @Test
  void allAreDone() throws Exception {
    Ends ends = new Ends(JOBS);
    node.database.tx(tx -> node.jobs.enqueueAll(tx, large()));
    node.working(JOBS, ends.handler(_ -> new Outcome.Done()));

    ends.await();
  }

  private Claims.Line claim(Claims claims, ScanCursor.Place begin) {
    return claims.claim(node.membership.node(), "q", Set.of(JobsTest.KIND), WANT, begin);
  }

  /** By chance, so that they are as long where they are stored. */
  private static List<NewJob> large() {
    Random chance = new Random(7);
    List<NewJob> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      byte[] bytes = new byte[NewJob.PAYLOAD_BYTES_MAX / 4];
      chance.nextBytes(bytes);
      jobs.add(JobsTest.job("\"" + HexFormat.of().formatHex(bytes) + "\""));
    }
    return jobs;
  }
}
