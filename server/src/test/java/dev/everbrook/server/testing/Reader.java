package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One connection on which server-sent events come: keeps them all, read on a thread of its own.
 * Every wait is bound to 60 s. Safe for use by many threads; closing it hangs up.
 */
public final class Reader implements AutoCloseable {

  private static final Duration MOST = Duration.ofSeconds(60);

  private final HttpResponse<InputStream> response;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Event> events = new ArrayList<>();
  private int comments;
  private boolean ended;
  private @Nullable IOException broken;

  /** One event as it came. */
  public record Event(OptionalLong id, String data) {

    public JsonNode json() {
      return JsonMapper.shared().readTree(data);
    }

    public String type() {
      return json().path("type").asString("");
    }
  }

  private Reader(HttpResponse<InputStream> response) {
    this.response = response;
  }

  public static Reader of(HttpResponse<InputStream> response) {
    Reader reader = new Reader(response);
    Thread.ofVirtual().name("reader").start(reader::read);
    return reader;
  }

  public int status() {
    return response.statusCode();
  }

  public Optional<String> header(String name) {
    return response.headers().firstValue(name);
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      OptionalLong id = OptionalLong.empty();
      StringBuilder data = new StringBuilder();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          keep(id, data);
          id = OptionalLong.empty();
          data.setLength(0);
        } else if (line.startsWith(":")) {
          change(() -> comments++);
        } else if (line.startsWith("id: ")) {
          id = OptionalLong.of(Long.parseLong(line.substring("id: ".length())));
        } else if (line.startsWith("data: ")) {
          data.append(line.substring("data: ".length()));
        } else {
          throw new IOException("not a line of an event: " + line);
        }
      }
    } catch (IOException e) {
      change(() -> broken = e);
    } finally {
      change(() -> ended = true);
    }
  }

  private void keep(OptionalLong id, StringBuilder data) {
    if (!data.isEmpty()) {
      Event event = new Event(id, data.toString());
      change(() -> events.add(event));
    }
  }

  private void change(Runnable how) {
    lock.lock();
    try {
      how.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What came so far. */
  public List<Event> events() {
    lock.lock();
    try {
      return List.copyOf(events);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until at least so many events came. */
  public List<Event> awaitEvents(int count) throws InterruptedException {
    await(count + " events", () -> events.size() >= count);
    return events();
  }

  /** Waits until an event of this type came. */
  public void awaitType(String type) throws InterruptedException {
    await("an event " + type, () -> events.stream().anyMatch(it -> it.type().equals(type)));
  }

  public void awaitComment() throws InterruptedException {
    await("a comment", () -> comments > 0);
  }

  /** Waits until the server ended the response as it should. */
  public List<Event> awaitEnd() throws InterruptedException {
    awaitOver();
    assertThat(broken).isNull();
    return events();
  }

  /** Waits until nothing more can come, for whatever reason. */
  public List<Event> awaitOver() throws InterruptedException {
    await("the end", () -> ended);
    return events();
  }

  private void await(String what, BooleanSupplier done) throws InterruptedException {
    long left = MOST.toNanos();
    lock.lock();
    try {
      while (!done.getAsBoolean()) {
        if (left <= 0 || ended) {
          throw new AssertionError(
              "no " + what + "; ended: " + ended + ", broken: " + broken + ", events: " + events);
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      throw new UncheckedIOException("could not hang up", e);
    }
  }
}
