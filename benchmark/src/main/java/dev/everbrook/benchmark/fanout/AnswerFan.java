package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.peer.HttpCalls;
import dev.everbrook.benchmark.peer.PacedProvider;
import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Everbrook's answers, whose tokens come from a provider, read in its own protocol. */
final class AnswerFan implements Fan {

  private static final Duration END_MAX = Duration.ofSeconds(30);
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final Pattern ID = Pattern.compile("\"resp_(.{8})(.{4})(.{4})(.{4})(.{12})\"");

  private final StreamServer server;
  private final PacedProvider provider;
  private final HttpCalls calls;
  private final List<String> written = new ArrayList<>();
  private long betweenTokens;

  private AnswerFan(StreamServer server, PacedProvider provider) {
    this.server = server;
    this.provider = provider;
    this.calls = new HttpCalls(server.base());
  }

  static AnswerFan start(BenchPostgres postgres) throws InterruptedException {
    PacedProvider provider = PacedProvider.startHeld();
    try {
      return new AnswerFan(StreamServer.everbrook(postgres, provider.base()), provider);
    } catch (BenchFailure e) {
      provider.close();
      throw e;
    }
  }

  @Override
  public StreamServer server() {
    return server;
  }

  @Override
  public List<String> silent(int streams) throws InterruptedException {
    return ask(PacedProvider.SILENT, streams).stream().map(AnswerFan::target).toList();
  }

  @Override
  public List<String> make(int streams, int perSecond, Duration length)
      throws InterruptedException {
    betweenTokens = NANOS_PER_SECOND / perSecond;
    int tokens = Math.toIntExact(length.toSeconds() * perSecond);
    int micros = Math.toIntExact(betweenTokens / 1_000);
    written.addAll(ask(PacedProvider.model(tokens, micros), streams));
    return written.stream().map(AnswerFan::target).toList();
  }

  @Override
  public void begin(Window window) throws InterruptedException {
    long start = System.nanoTime();
    for (int i = 0; i < written.size(); i++) {
      Await.moment(start + betweenTokens * i / written.size());
      provider.beginOne();
    }
  }

  private static String target(String id) {
    return "/v1/streams/" + id;
  }

  private List<String> ask(String model, int number) throws InterruptedException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      String asked = "{\"model\":\"" + model + "\",\"background\":true,\"input\":\"go\"}";
      Matcher id = ID.matcher(calls.call("POST", "/v1/responses", asked).body());
      if (!id.find()) {
        throw new BenchFailure("a response has no id");
      }
      ids.add(String.join("-", id.group(1), id.group(2), id.group(3), id.group(4), id.group(5)));
    }
    return ids;
  }

  @Override
  public List<BitSet> finish() throws InterruptedException {
    List<BitSet> all = new ArrayList<>();
    for (String id : written) {
      BitSet events = new BitSet();
      events.set(0, end(id));
      all.add(events);
    }
    return all;
  }

  /** How many events an answer has, as Durable Streams says it. */
  private int end(String id) throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < END_MAX.toNanos()) {
      var headers = calls.call("HEAD", "/v1/stream/answers/" + id, "").headers();
      if (headers.firstValue("stream-closed").isPresent()) {
        return Integer.parseInt(headers.firstValue("stream-next-offset").orElseThrow(), 10);
      }
      Await.moment(System.nanoTime() + LOOK_NANOS);
    }
    throw new BenchFailure("an answer does not end");
  }

  @Override
  public Optional<FanoutRow.Appended> appended() {
    return Optional.empty();
  }

  @Override
  public void close() {
    calls.close();
    server.close();
    provider.close();
  }
}
