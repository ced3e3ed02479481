package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node holds what it claims in memory: what is large is claimed a few at a time. */
class LargeClaimsTest {

  private static final int JOBS = 12;
  private static final int FIT = 8; // of half a mebibyte each

  private JobsNode node;

  @BeforeEach
  void start() {
    Access access = TestPostgres.newDatabase();
    TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
    node = new JobsNode(access);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aClaimEndsWithThePayloadThatFitsAndTheNextGoesOnBehindIt() {
    List<Long> ids = node.database.tx(tx -> node.jobs.enqueueAll(tx, large()));
    Claims claims = new Claims(node.database, World.real());
    Claims.Line first = claim(claims, Front.Place.FIRST);
    Claims.Line second = claim(claims, first.end());

    assertThat(first.large()).isTrue();
    assertThat(first.jobs()).hasSizeBetween(FIT - 1, FIT);
    List<Claimed> both = new ArrayList<>(first.jobs());
    both.addAll(second.jobs());
    assertThat(both).extracting(Claimed::id).containsExactlyElementsOf(ids);
    assertThat(claim(claims, second.end()).large()).isFalse();
  }

  @Test
  void allAreDone() throws Exception {
    Ends ends = new Ends(JOBS);
    node.database.tx(tx -> node.jobs.enqueueAll(tx, large()));
    node.working(JOBS, ends.handler(_ -> new Outcome.Done()));

    ends.await();
  }

  private Claims.Line claim(Claims claims, Front.Place begin) {
    return claims.claim(node.membership.node(), "q", Set.of(JobsTest.KIND), JOBS, begin);
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
