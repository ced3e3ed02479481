package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The host's source of connections fails in its own ways while jobs are enqueued together. */
class AsyncFailuresTest {

  private final Wire wire = new Wire();
  private JobsNode node;

  @BeforeEach
  void start() {
    Access access = TestPostgres.newDatabase();
    TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
    node = new JobsNode(access, wire);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  static Stream<Arguments> failures() {
    return Stream.<Wire.Borrowing>of(
            _ -> {
              throw new SQLException("no connection", "08001");
            },
            _ -> {
              throw new IllegalStateException("the pool is closed");
            },
            _ -> {
              throw new NoClassDefFoundError("driver");
            },
            _ -> {
              Thread.currentThread().interrupt();
              throw new IllegalStateException("interrupted");
            },
            _ -> null)
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whoWaitsForAJobToBeEnqueuedIsToldWhateverTheSourceThrows(Wire.Borrowing failure)
      throws Exception {
    wire.borrowing("everbrook-enqueue", failure);
    CompletableFuture<Long> failing = node.jobs.enqueueAsync(JobsTest.job("{}"));
    assertThatThrownBy(() -> failing.get(JobsTest.WAIT_S, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
    wire.borrowing("everbrook-enqueue", it -> it);

    assertThat(node.jobs.enqueueAsync(JobsTest.job("{}")).get(JobsTest.WAIT_S, TimeUnit.SECONDS))
        .isPositive();
  }
}
