package dev.everbrook.benchmark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class JobLoadTest {

  private final Memory queue = new Memory();
  private final JobLoad load = new JobLoad(queue);

  @Test
  void everyNumberIsEnqueuedOnceByFiftyCallers() throws InterruptedException {
    assertThat(load.answer("enqueue 100 1000"))
        .containsEntry("enqueued", 1_000L)
        .containsKey("nanos");
    assertThat(queue.waiting)
        .hasSize(1_000)
        .doesNotHaveDuplicates()
        .allMatch(it -> it >= 100 && it < 1_100);
  }

  @Test
  void aBulkIsOfAThousand() throws InterruptedException {
    load.answer("bulk 0 2500");
    assertThat(queue.waiting).hasSize(2_500).doesNotHaveDuplicates();
    assertThat(queue.calls).hasValue(3);
  }

  @Test
  void whatAQueueCannotDoHasNoFigures() throws InterruptedException {
    assertThat(load.answer("coalesce 0 10")).isEmpty();
  }

  @Test
  void processingCountsEveryRun() throws InterruptedException {
    load.answer("enqueue 0 10");
    queue.waiting.add(3);
    Map<String, Long> answer = load.answer("process 11");
    assertThat(answer).containsEntry("runs", 11L).containsEntry("jobs", 10L).containsKey("nanos");
  }

  @Test
  void aJobIsPickedUpAfterItWasSent() throws InterruptedException {
    load.answer("work");
    Map<String, Long> answer = load.answer("pickup 7");
    assertThat(answer.get("began")).isGreaterThanOrEqualTo(answer.get("called"));
    assertThat(load.answer("await 7")).containsEntry("began", answer.get("began"));
    assertThat(load.answer("rest")).containsEntry("runs", 1L);
  }

  @Test
  void aLineThatMeansNothingIsRefused() {
    assertThatThrownBy(() -> load.answer("dance")).hasMessageContaining("'dance'");
  }

  /** Runs a job where it is enqueued, or when it is told to work. */
  private static final class Memory implements JobQueue {

    final Queue<Integer> waiting = new ConcurrentLinkedQueue<>();
    final AtomicInteger calls = new AtomicInteger();
    private Optional<IntConsumer> handler = Optional.empty();

    @Override
    public void enqueue(int k) {
      waiting.add(k);
      handler.ifPresent(this::drain);
    }

    private void drain(IntConsumer by) {
      for (Integer k = waiting.poll(); k != null; k = waiting.poll()) {
        by.accept(k);
      }
    }

    @Override
    public Optional<Bulk> bulk() {
      return Optional.of((first, count) -> {
        calls.incrementAndGet();
        for (int k = first; k < first + count; k++) {
          enqueue(k);
        }
      });
    }

    @Override
    public void work(IntConsumer by) {
      handler = Optional.of(by);
      drain(by);
    }

    @Override
    public void rest() {
      handler = Optional.empty();
    }

    @Override
    public long left() {
      return waiting.size();
    }

    @Override
    public void close() {}
  }
}
