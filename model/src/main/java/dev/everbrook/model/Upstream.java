package dev.everbrook.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one call, which any thread may cut at any moment.
 *
 * <p>Why no connection leaks: the thread that ends the call writes {@code ended} and then closes
 * the exchange in {@code sent}. The reading thread writes {@code sent} and then reads {@code
 * ended}. In either order at least one of the two sees the other's write. An exchange without a
 * response is cancelled; with a response, its body is closed. Both wake the waiting thread within
 * milliseconds, and close the socket.
 *
 * <p>The JDK's own {@code HttpRequest.timeout} covers only the time to the headers, so it is not
 * used: the {@link Watchdog.Watch} ends calls in the same way as a cancel.
 */
final class Upstream {

  private final HttpClient http;
  private final Watchdog dog;
  private final Limits limits;
  private final Watchdog.Watch watch;
  private final String provider;
  private final AtomicReference<@Nullable Failure> ended = new AtomicReference<>();
  private volatile @Nullable CompletableFuture<HttpResponse<InputStream>> sent;
  private Phase phase = Phase.OPENING;
  private boolean mayBeOver;
  private long settleNanos;
  private volatile boolean settled;

  private enum Phase {
    OPENING,
    SPEAKING,
    SETTLING
  }

  Upstream(HttpClient http, Watchdog dog, Provider provider) {
    this.http = http;
    this.dog = dog;
    this.limits = provider.limits();
    this.provider = provider.name();
    this.watch = dog.watch(limits.total(), () -> stalled(Failure.Stalled.Phase.TOTAL));
  }

  /** Starts the clocks. */
  void begin() {
    watch.begin();
    alive();
  }

  /** Restarts the limit on silence, after bytes came before the first piece of the answer. */
  private void alive() {
    watch.limit(
        limits.firstToken(),
        mayBeOver ? this::cut : () -> stalled(Failure.Stalled.Phase.FIRST_TOKEN));
  }

  /** Blocks until status and headers have come. May be called again for a second try. */
  HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    var exchange = http.sendAsync(request, BodyHandlers.ofInputStream());
    sent = exchange;
    if (ended.get() != null) {
      hangUp();
    }
    try {
      var response = exchange.get();
      alive();
      return response;
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the provider");
    } catch (CancellationException hungUp) {
      throw new IOException("the call was ended", hungUp);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException("the request could not be sent", failed);
    }
  }

  /** The body with time limits on each read. */
  InputStream watched(InputStream body) {
    return new WatchedBody(body);
  }

  /** Notes the first piece: from now on the idle limit applies to each waiting read. */
  void speaking() {
    if (phase == Phase.OPENING) {
      phase = Phase.SPEAKING;
      watch.lift();
    }
  }

  /**
   * Notes a finish reason before any content: if no content follows, the answer is empty and
   * complete.
   */
  void mayBeOver() {
    mayBeOver = true;
    alive();
  }

  /**
   * Notes that the answer may be over: waiting reads of the rest have this much time in total; then
   * the connection is closed and the answer is done.
   */
  void settle(Duration silence) {
    phase = Phase.SETTLING;
    settleNanos = silence.toNanos();
    watch.lift();
  }

  /** Whether the connection was closed after the time of {@link #settle}. */
  boolean hasSettled() {
    return settled;
  }

  /** Ends the call with this failure, unless it has ended. */
  void end(Failure why) {
    if (ended.compareAndSet(null, why)) {
      hangUp();
    }
  }

  /** The failure with which this side ended the call, if it did. */
  Optional<Failure> ended() {
    return Optional.ofNullable(ended.get());
  }

  /** Closes the connection and stops the watch. */
  void close() {
    watch.end();
    hangUp();
  }

  private void hangUp() {
    var exchange = sent;
    if (exchange == null) {
      return;
    }
    exchange.cancel(true);
    if (exchange.state() == Future.State.SUCCESS) {
      try {
        exchange.resultNow().body().close();
      } catch (IOException closed) {
        // The connection is gone, as intended; its reader reports the cause.
        return;
      }
    }
  }

  /** Closes the connection after the settle time, which bytes without content do not extend. */
  private void cut() {
    settled = true;
    hangUp();
  }

  private void stalled(Failure.Stalled.Phase phase) {
    String what =
        switch (phase) {
          case CONNECT -> "could not be connected within " + seconds(limits.connect());
          case FIRST_TOKEN ->
              "said nothing for "
                  + seconds(limits.firstToken())
                  + ", and nothing of the answer before (Limits.firstToken,"
                  + " EVERBROOK_FIRST_TOKEN_SECONDS)";
          case IDLE ->
              "went silent for "
                  + seconds(limits.idle())
                  + " in the middle of the answer (Limits.idle, EVERBROOK_IDLE_SECONDS)";
          case TOTAL ->
              "did not end the answer within "
                  + seconds(limits.total())
                  + " (Limits.total, EVERBROOK_ANSWER_MAX_SECONDS)";
        };
    end(new Failure.Stalled("The provider " + provider + " " + what + ".", phase));
  }

  static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
  }

  private final class WatchedBody extends InputStream {
    private final InputStream body;

    WatchedBody(InputStream body) {
      this.body = body;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      long start = dog.now();
      switch (phase) {
        case OPENING -> {
          int read = body.read(bytes, from, length);
          if (read > 0) {
            alive();
          }
          return read;
        }
        case SPEAKING -> watch.limit(limits.idle(), this::wentIdle);
        case SETTLING ->
            watch.limit(Duration.ofNanos(Math.max(1, settleNanos)), Upstream.this::cut);
      }
      try {
        return body.read(bytes, from, length);
      } finally {
        watch.lift();
        settleNanos -= dog.now() - start;
      }
    }

    private void wentIdle() {
      stalled(Failure.Stalled.Phase.IDLE);
    }
  }
}
