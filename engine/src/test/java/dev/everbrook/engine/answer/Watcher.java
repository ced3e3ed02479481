package dev.everbrook.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.stream.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A reader that follows an answer from its first event on a node, on a thread of its own, and fails
 * on a gap or a number that comes twice. It bears that its database connection breaks.
 */
final class Watcher {

  private static final Duration MOST = Duration.ofSeconds(40);

  private final FutureTask<List<byte[]>> task;

  private Watcher(FutureTask<List<byte[]>> task) {
    this.task = task;
  }

  static Watcher on(TestNode node, Answer answer) {
    FutureTask<List<byte[]>> task = new FutureTask<>(() -> read(node, answer));
    Thread.ofVirtual().name("watcher").start(task);
    return new Watcher(task);
  }

  private static List<byte[]> read(TestNode node, Answer answer) throws InterruptedException {
    List<byte[]> log = new ArrayList<>();
    boolean ended = false;
    try (Tail tail = node.engine().tails().follow(answer.stream(), 0)) {
      while (!ended) {
        try {
          Page page = tail.next(MOST);
          assertThat(page.entries().isEmpty() && !page.ended()).as("silent").isFalse();
          assertThat(page.entries().first()).as("no gap, nothing twice").isEqualTo(log.size());
          log.addAll(page.entries().events());
          ended = page.ended();
        } catch (StoreFailure _) {
          assertThat(tail.position()).as("its place").isEqualTo(log.size());
        }
      }
    }
    return log;
  }

  /** The whole log, which has been checked against the grammar too. */
  List<byte[]> log() throws InterruptedException, ExecutionException, TimeoutException {
    List<byte[]> log = task.get(MOST.toSeconds(), TimeUnit.SECONDS);
    Grammar.check(log);
    return log;
  }
}
