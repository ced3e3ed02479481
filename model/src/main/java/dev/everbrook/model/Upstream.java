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
 * <p>Why nothing leaks: who ends the call first writes {@code ended}, then hangs up what {@code
 * sent} holds; the caller's thread first writes {@code sent}, then looks at {@code ended}. Whatever
 * the order, at least one of the two sees the other. Hanging up an exchange that is still being
 * made cancels it; one that already has its response has its body closed. Both wake the thread that
 * waits, within milliseconds, and close the socket.
 *
 * <p>The JDK's own {@code HttpRequest.timeout} ends with the headers, so it is not used: the {@link
 * Watch} ends calls in the same way as anyone else.
 */
final class Upstream {

  private final HttpClient http;
  private final Watchdog dog;
  private final Limits limits;
  private final Watch watch;
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

  /** Something came that is no piece of the answer yet: its silence is counted anew. */
  private void alive() {
    watch.limit(
        limits.firstToken(),
        mayBeOver ? this::cut : () -> stalled(Failure.Stalled.Phase.FIRST_TOKEN));
  }

  /** Blocks until the status and headers are there. May be called again for a second try. */
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

  /** The same bytes, each read of which is watched. */
  InputStream watched(InputStream body) {
    return new WatchedBody(body);
  }

  /**
   * The first piece came: from now on silence is bounded by the idle limit, while someone reads.
   */
  void speaking() {
    if (phase == Phase.OPENING) {
      phase = Phase.SPEAKING;
      watch.lift();
    }
  }

  /** A finish reason came before anything was said: where nothing follows, that is the answer. */
  void mayBeOver() {
    mayBeOver = true;
    alive();
  }

  /**
   * The answer may be over: what still comes has this long, while someone reads; then the line is
   * cut without a word.
   */
  void settle(Duration silence) {
    phase = Phase.SETTLING;
    settleNanos = silence.toNanos();
    watch.lift();
  }

  /** Whether the line was cut after the time that {@link #settle} gave. */
  boolean hasSettled() {
    return settled;
  }

  /** Ends the call with this failure unless it has ended. */
  void end(Failure why) {
    if (ended.compareAndSet(null, why)) {
      hangUp();
    }
  }

  /** Why the call was ended from this side, if it was. */
  Optional<Failure> ended() {
    return Optional.ofNullable(ended.get());
  }

  /** Lets go of everything; nothing can end the call any more. */
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
        // The connection is gone, which is what was wanted; its reader says why.
        return;
      }
    }
  }

  /** What comes without saying anything new is no life: the time runs on. */
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
