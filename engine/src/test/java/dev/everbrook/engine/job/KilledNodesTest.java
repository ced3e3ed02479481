package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three nodes in processes of their own, of which one is killed and one is stopped for longer than
 * its lease, while they are busy.
 */
@Order(1)
class KilledNodesTest {

  private static final Logger log = LoggerFactory.getLogger(KilledNodesTest.class);
  private static final int JOBS = 3_000;
  private static final Duration RERUN_MAX = Duration.ofSeconds(25);
  private static final Duration WAIT = Duration.ofMinutes(3);

  /** Between two looks at all jobs, which take the database a few milliseconds each. */
  private static final Duration REST = Duration.ofMillis(50);

  private final List<NodeProcess> processes = new ArrayList<>();
  private Access access;
  private JobsNode node;

  @BeforeEach
  void start() throws Exception {
    access = TestNode.newDatabase();
    node = new JobsNode(access);
    node.database.update("CREATE TABLE began (job bigint, node text, at timestamptz)");
    node.database.update("CREATE TABLE effect (job bigint, node text, at timestamptz)");
    for (String name : List.of("killed", "stopped", "spared")) {
      processes.add(NodeProcess.start(access, name, 4));
    }
  }

  @AfterEach
  void stop() {
    processes.forEach(NodeProcess::close);
    node.close();
  }

  @Test
  void everyJobIsDoneOnceThoughOneNodeIsKilledAndAnotherStoppedPastItsLease() throws Exception {
    List<NewJob> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      jobs.add(JobsTest.job("{\"n\": " + i + "}"));
    }
    node.database.tx(tx -> node.jobs.enqueueAll(tx, jobs));
    for (String name : List.of("killed", "stopped", "spared")) {
      await("some jobs of " + name, "SELECT count(*) > 20 FROM effect WHERE node = '" + name + "'");
    }
    processes.get(0).signal("KILL");
    processes.get(1).signal("STOP");
    long killed = System.nanoTime();

    await("all of the killed node's jobs again", left("killed"));
    log.info("the killed node's jobs were done elsewhere after {}", since(killed));
    await("all of the stopped node's jobs again", left("stopped"));
    Duration rerun = since(killed);
    log.info("the stopped node's jobs were done elsewhere after {}", rerun);
    assertThat(rerun).isLessThan(RERUN_MAX);
    processes.get(1).signal("CONT");
    await("the stopped node back at work", back());
    await("every job", "SELECT count(*) = 0 FROM everbrook.job");

    assertThat(count("SELECT count(DISTINCT job) FROM effect")).isEqualTo(JOBS);
    assertThat(count("SELECT count(*) FROM effect")).isEqualTo(JOBS);
    assertThat(count("SELECT count(*) FROM everbrook.job_done WHERE outcome = 'done'"))
        .isEqualTo(JOBS);
  }

  /** It has a new incarnation beside the spared node's, since its old one was ended by others. */
  private static String back() {
    return "SELECT count(*) >= 3 FROM everbrook.node WHERE lease_ends > now()"; // and this test's
  }

  /** Whether nothing is left that had begun on a node before it fell silent. */
  private static String left(String name) {
    return "SELECT count(*) = 0 FROM began b WHERE node = '"
        + name
        + "' AND NOT EXISTS (SELECT FROM effect e WHERE e.job = b.job)";
  }

  private long count(String sql) {
    return node.database.list(sql, row -> row.getLong(1)).getFirst();
  }

  private void await(String what, String sql) {
    long start = System.nanoTime();
    while (since(start).compareTo(WAIT) < 0) {
      if (node.database.list(sql, row -> row.getBoolean(1)).getFirst()) {
        return;
      }
      LockSupport.parkNanos(REST.toNanos());
    }
    throw new AssertionError(what + " did not come within " + WAIT);
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
