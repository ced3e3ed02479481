package dev.everbrook.engine.job.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.store.Tx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Jobs that are claimed by the transaction that enqueues them. */
class ClaimedAtOnceTest {

  private final CountDownLatch release = new CountDownLatch(1);
  @AutoClose private final JobsNode node = new JobsNode();

  @AfterEach
  void release() {
    release.countDown();
  }

  @Test
  void whereAPlaceIsFreeAndNothingWaitsAJobIsClaimedByItsOwnTransaction() throws Exception {
    Ends ends = new Ends(1);
    node.working(1, ends.handler(_ -> new Outcome.Done()));
    awaitCaughtUp();
    ends.await();
  }

  @Test
  void anEnqueueThatIsRolledBackGivesItsPlaceBack() throws Exception {
    Ends ends = new Ends(2);
    node.working(1, ends.handler(_ -> new Outcome.Done()));
    awaitCaughtUp();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() ->
              node.database.tx(tx -> {
                node.jobs.enqueue(tx, job());
                throw new IllegalStateException("no");
              }))
          .hasMessage("no");
    }
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job()));

    assertThat(node.outcome(id)).isEqualTo("done");
    ends.await();
  }

  @Test
  void whatIsEnqueuedWhileAllPlacesAreTakenWaitsAndIsNotOvertaken() throws Exception {
    List<Long> order = new ArrayList<>();
    CountDownLatch started = new CountDownLatch(1);
    Ends ends = new Ends(12);
    node.working(
        1,
        ends.handler(run -> {
          synchronized (order) {
            order.add(run.job());
          }
          started.countDown();
          release.await();
          return new Outcome.Done();
        }));
    List<Long> enqueued = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      enqueued.add(node.database.tx(tx -> node.jobs.enqueue(tx, job())));
    }
    assertThat(started.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    release.countDown(); // from here on places become free while more is enqueued
    enqueued.add(node.database.tx(tx -> node.jobs.enqueue(tx, job())));

    ends.await();
    assertThat(order).isEqualTo(enqueued);
  }

  @Test
  void aJobWhoseTransactionCommitsWhileItsNodeClosesIsHandedOverWithoutHavingRun()
      throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    List<Long> late = Collections.synchronizedList(new ArrayList<>());
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    node.working(
        3,
        run -> {
          ran.add(run.job());
          if (run.payload().equals("{}")) {
            return new Outcome.Done();
          }
          run.onStop(closing::countDown);
          running.countDown();
          release.await();
          return new Outcome.HandOver();
        });
    node.jobs.enqueue(NewJob.of("q", JobsTest.KIND, "1"));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    Thread closer = new Thread(node.jobs::close);
    awaitClaimed(tx -> {
      late.add(node.jobs.enqueue(tx, job()));
      if (state(tx, late.getLast()).equals("running")) {
        closer.start();
        await(closing);
      }
      return state(tx, late.getLast());
    });
    release.countDown();
    closer.join();

    assertThat(ran).doesNotContain(late.getLast());
    assertThat(node.jobs.running()).isZero();
    String state = node.database.tx(tx -> state(tx, late.getLast()));
    assertThat(state).isEqualTo("ready");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Enqueues until one is claimed at once: the node has to have looked for others first. */
  private void awaitCaughtUp() {
    awaitClaimed(tx -> state(tx, node.jobs.enqueue(tx, job())));
  }

  /** Repeats a transaction, which tells the state of what it enqueued, until that is running. */
  private void awaitClaimed(Tx.Work<String> enqueue) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S)) {
      try {
        node.database.tx(tx -> {
          if (!enqueue.in(tx).equals("running")) {
            throw new IllegalStateException("not yet");
          }
          return true;
        });
        return;
      } catch (IllegalStateException _) {
        // Once more.
      }
      Await.rest();
    }
    throw new AssertionError("no job was claimed by its own transaction");
  }

  private static String state(Tx tx, long id) {
    return tx.only("SELECT state FROM everbrook.job WHERE id = ?", row -> row.getString(1), id);
  }

  private static NewJob job() {
    return NewJob.of("q", JobsTest.KIND, "{}");
  }
}
