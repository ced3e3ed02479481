package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A node with a queue "q", and workers elsewhere who know one kind and try twice. */
final class Hands implements AutoCloseable {

  static final Principal WHO = Principal.LOCAL;
  static final Duration LEASE = Duration.ofSeconds(20);
  static final Duration LONG = Duration.ofSeconds(20);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2));

  final Access access = TestPostgres.newDatabase();
  final JobsNode node;
  final Workforce force;

  Hands() {
    TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
    node = new JobsNode(access);
    force = node.jobs.workforce();
  }

  static NewJob job() {
    return NewJob.of("q", JobsTest.KIND, "{\"n\":1}");
  }

  long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  UUID worker(Duration lease) {
    return force.register(WHO, "test", lease, Map.of(JobsTest.KIND, TWICE)).orElseThrow();
  }

  static WorkWish wish(Duration patience, Set<Long> holding) {
    return new WorkWish("q", Set.of(), 1, patience, holding);
  }

  List<Assignment> claim(UUID worker, Duration patience) throws InterruptedException {
    return force.claim(WHO, worker, wish(patience, Set.of()), () -> false).orElseThrow();
  }

  CompletableFuture<List<Assignment>> claiming(UUID worker, Duration patience) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return claim(worker, patience);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        Thread.ofVirtual()::start);
  }

  void awaitWaiting() {
    long start = System.nanoTime();
    while (force.waiting("q") == 0) {
      assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
      Thread.onSpinWait();
    }
  }

  Settled settle(UUID worker, Assignment given, Report report) throws InterruptedException {
    return force.settle(WHO, worker, given.job(), given.run(), report);
  }

  void passDeadline(long job, int secondsAgo) {
    node.database.update(
        "UPDATE everbrook.job SET deadline_at = now() - ? * interval '1 s' WHERE id = ?",
        secondsAgo,
        job);
  }

  @Override
  public void close() {
    node.close();
  }
}
