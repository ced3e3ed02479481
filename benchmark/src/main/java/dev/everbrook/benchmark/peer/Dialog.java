package dev.everbrook.benchmark.peer;

import dev.everbrook.benchmark.report.BenchFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A child process that answers every line with a line of JSON. Used by one thread. */
public final class Dialog implements AutoCloseable {

  private static final Duration ANSWER_MAX = Duration.ofMinutes(5);
  private static final Duration END_MAX = Duration.ofSeconds(20);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String name;
  private final ChildProcess process;
  private final Writer input;

  /** What was said and not yet taken; nothing as the last when it says no more. */
  private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();

  private Dialog(String name, ChildProcess process) {
    this.name = name;
    this.process = process;
    this.input = new OutputStreamWriter(process.input(), StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("bench-dialog-" + name).start(this::listen);
  }

  /** Starts it, and waits until it says that it is ready, by a first answer. */
  public static Dialog start(
      String name, List<String> command, Map<String, String> environment, Path folder)
      throws InterruptedException {
    Dialog dialog = new Dialog(name, ChildProcess.spokenTo(command, environment, folder));
    try {
      dialog.answer("its start");
      return dialog;
    } catch (BenchFailure e) {
      dialog.process.close();
      throw e;
    }
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.output(), StandardCharsets.UTF_8))) {
      lines.lines().forEach(line -> answers.add(Optional.of(line)));
    } catch (IOException | UncheckedIOException e) {
      // It ended: whoever waits for an answer is told so below.
    } finally {
      answers.add(Optional.empty());
    }
  }

  /**
   * Says this and waits for the answer.
   *
   * @throws BenchFailure if the process ends instead, with the last of what it said, or takes more
   *     than 5 minutes
   */
  public JsonNode ask(String line) throws InterruptedException {
    say(line);
    return answer("'" + line + "'");
  }

  private void say(String line) {
    try {
      input.write(line + "\n");
      input.flush();
    } catch (IOException e) {
      throw new BenchFailure(name + " does not listen any more; it said: " + process.said(), e);
    }
  }

  private JsonNode answer(String asked) throws InterruptedException {
    Optional<String> answer = answers.poll(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
    if (answer == null) {
      throw new BenchFailure(
          name
              + " has no answer to "
              + asked
              + " within "
              + ANSWER_MAX.toMinutes()
              + " minutes; it said: "
              + process.said());
    }
    return answer
        .map(JSON::readTree)
        .orElseThrow(
            () -> new BenchFailure(name + " ended over " + asked + "; it said: " + process.said()));
  }

  public long pid() {
    return process.pid();
  }

  /** Ends its input, which tells it to end. */
  @Override
  public void close() {
    try (process) {
      input.close();
      if (!process.ended(END_MAX)) {
        System.err.println("bench: " + name + " does not end by itself and is stopped");
      }
    } catch (IOException e) {
      // It ended before it was told to.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
