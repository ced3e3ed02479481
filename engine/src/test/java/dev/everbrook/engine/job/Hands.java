package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A node with a queue "q", and workers elsewhere who know one kind and try twice. */
public final class Hands implements AutoCloseable {

  public static final Principal WHO = Principal.LOCAL;
  public static final Duration LEASE = Duration.ofSeconds(20);
  public static final Duration LONG = Duration.ofSeconds(20);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2));

  public final Access access = TestNode.newDatabase();
  public final JobsNode node;
  public final RemoteWorkers workers;

  public Hands() {
    node = new JobsNode(access);
    workers = node.jobs.remoteWorkers();
  }

  public static NewJob job() {
    return NewJob.of("q", JobsTest.KIND, "{\"n\":1}");
  }

  public long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  public UUID worker(Duration lease) {
    return workers.register(WHO, "test", lease, Map.of(JobsTest.KIND, TWICE)).orElseThrow();
  }

  public static ClaimRequest wish(Duration patience, Set<Long> holding) {
    return new ClaimRequest("q", Set.of(), 1, patience, holding);
  }

  public List<Assignment> claim(UUID worker, Duration patience) throws InterruptedException {
    return workers.claim(WHO, worker, wish(patience, Set.of()), () -> false).orElseThrow();
  }

  public CompletableFuture<List<Assignment>> claiming(UUID worker, Duration patience) {
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

  public void awaitWaiting() {
    long start = System.nanoTime();
    while (workers.waiting("q") == 0) {
      assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
      Await.rest();
    }
  }

  public ReportResult settle(UUID worker, Assignment given, RunReport report)
      throws InterruptedException {
    return workers.settle(WHO, worker, given.job(), given.run(), report);
  }

  public void passDeadline(long job, int secondsAgo) {
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
