package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.peer.HttpCalls;
import dev.everbrook.benchmark.peer.PacedProvider;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Timetable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A server of Durable Streams, to which the bench appends tokens itself. */
final class AppendFan implements Fan {

  private final StreamServer server;
  private final Appends.Stamp stamp;
  private final Runnable after;
  private final HttpCalls calls;
  private List<String> paths = List.of();
  private int pace;
  private Duration written = Duration.ZERO;
  private Optional<Appends> appends = Optional.empty();

  private AppendFan(StreamServer server, Appends.Stamp stamp, Runnable after) {
    this.server = server;
    this.stamp = stamp;
    this.after = after;
    this.calls = new HttpCalls(server.base());
  }

  /** Beside {@link AnswerFan}: its tokens say when they were written, as a provider's do. */
  static AppendFan referenceInMemory() throws InterruptedException {
    return new AppendFan(StreamServer.referenceInMemory(), Appends.Stamp.WRITTEN, () -> {});
  }

  static AppendFan everbrook(BenchPostgres postgres) throws InterruptedException {
    PacedProvider provider =
        PacedProvider.start(); // nobody asks it, but a server wants to have one
    return new AppendFan(
        StreamServer.everbrook(postgres, provider.base()), Appends.Stamp.DUE, provider::close);
  }

  static AppendFan referenceInFiles() throws InterruptedException {
    Path folder = BenchPostgres.target().resolve("bench-streams");
    remove(folder); // of a bench that was killed; there is one at a time
    return new AppendFan(
        StreamServer.referenceInFiles(folder), Appends.Stamp.DUE, () -> remove(folder));
  }

  private static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new BenchFailure("cannot remove " + folder + ": " + e, e);
    }
  }

  @Override
  public StreamServer server() {
    return server;
  }

  @Override
  public List<String> silent(int streams) throws InterruptedException {
    return make("silent", streams).stream().map(AppendFan::target).toList();
  }

  @Override
  public List<String> make(int streams, int perSecond, Duration length)
      throws InterruptedException {
    paths = make("written", streams);
    pace = perSecond;
    written = length;
    return paths.stream().map(AppendFan::target).toList();
  }

  @Override
  public void begin(Window window) {
    Timetable timetable = new Timetable(paths.size(), pace, System.nanoTime(), written);
    appends = Optional.of(new Appends(server.base(), paths, timetable, window, stamp));
  }

  private List<String> make(String name, int number) throws InterruptedException {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      String path = "/v1/stream/bench/" + name + "-" + i;
      calls.call("PUT", path, "");
      paths.add(path);
    }
    return paths;
  }

  private static String target(String path) {
    return path + "?offset=-1&live=sse";
  }

  @Override
  public List<BitSet> finish() throws InterruptedException {
    return appends.orElseThrow().finish();
  }

  @Override
  public Optional<FanoutRow.Appended> appended() {
    return appends.map(Appends::figures);
  }

  @Override
  public void close() {
    appends.ifPresent(Appends::close);
    calls.close();
    server.close();
    after.run();
  }
}
