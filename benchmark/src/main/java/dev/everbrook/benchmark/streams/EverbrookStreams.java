package dev.everbrook.benchmark.streams;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Committed;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.NewStream;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.engine.stream.Streams;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ChatModel;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A node of the engine with its streams open and a reader on each.
 *
 * <p>The streams are written by a {@link Streams} of the bench's own over the engine's rooms: its
 * listener is the one moment at which a commit is known, so it takes the time there and passes on
 * to the engine's tails, as the engine's own would.
 */
final class EverbrookStreams implements Contender {

  private static final int CONNECTIONS = 8;
  private static final Duration WAIT_MAX = Duration.ofSeconds(60);
  private static final NewStream STREAM =
      new NewStream(Principal.LOCAL, "bench", "application/json", List.of());
  private static final ChatModel NEVER_ASKED =
      request -> {
        throw new IllegalStateException("no answer is asked for here: " + request);
      };

  private final HikariDataSource pool;
  private final Engine engine;
  private final Streams streams;
  private final StreamWriter[] writers;
  private final long[] appended;
  private final Readers readers;

  /** From the engine's id of a stream to ours; complete before the first commit. */
  private final Map<Long, Integer> numbers = new HashMap<>();

  private final Latencies toDurable = new Latencies();
  private final AtomicLong durable = new AtomicLong();
  private volatile Timetable timetable;

  EverbrookStreams(Access access, int count) throws InterruptedException {
    pool = Pool.open(access.url(), access.user(), access.password(), CONNECTIONS);
    engine =
        Engine.start(
            pool, NEVER_ASKED, EngineSettings.builder().name("bench").answersAtOnce(0).build());
    streams =
        new Streams(
            engine.database(),
            engine.membership(),
            World.real(),
            engine.log(),
            this::committed,
            EngineSettings.DEFAULT.meters());
    timetable = new Timetable(count, 1, System.nanoTime(), Duration.ZERO);
    writers = new StreamWriter[count];
    appended = new long[count];
    readers = new Readers(engine.tails(), count, timetable);
    open(create(count));
    readers.start();
  }

  private List<StreamRef> create(int count) {
    List<StreamRef> created =
        engine
            .database()
            .tx(tx -> Stream.generate(() -> streams.create(tx, STREAM)).limit(count).toList());
    IntStream.range(0, count).forEach(it -> numbers.put(created.get(it).id(), it));
    return created;
  }

  private void open(List<StreamRef> created) throws InterruptedException {
    try (Crew crew = new Crew(CONNECTIONS)) {
      for (int i = 0; i < created.size(); i++) {
        int number = i;
        crew.start(() -> {
          StreamRef stream = created.get(number);
          writers[number] = streams.open(stream.id()).orElseThrow();
          readers.add(number, stream);
          return stream;
        });
      }
      crew.join(WAIT_MAX);
    }
  }

  private void committed(Iterable<Committed> flushed) {
    long now = System.nanoTime();
    engine.tails().committed(flushed);
    long tokens = 0;
    for (Committed committed : flushed) {
      int number = numbers.getOrDefault(committed.stream().id(), -1);
      long next = committed.entries().next();
      for (long index = committed.entries().first(); index < next; index++) {
        toDurable.record(now - timetable.dueAt(number, index));
        tokens++;
      }
    }
    durable.addAndGet(tokens);
  }

  @Override
  public String name() {
    return "everbrook";
  }

  @Override
  public void begin(Timetable next) {
    timetable = next;
    readers.begin(next);
  }

  @Override
  public void arrive(int stream, long index) throws InterruptedException {
    writers[stream].append(Tokens.event(stream, index));
    appended[stream] = index + 1;
  }

  @Override
  public long durable() {
    return durable.get();
  }

  @Override
  public long lost() {
    return 0;
  }

  @Override
  public void settle() throws InterruptedException {
    long all = Arrays.stream(appended).sum();
    Await.that("all tokens durable", WAIT_MAX, () -> durable.get() == all);
    Await.that("all tokens read", WAIT_MAX, () -> readers.tokens() == all);
  }

  @Override
  public void verify() {
    for (int i = 0; i < writers.length; i++) {
      long id = writers[i].ref().id();
      long next = 0;
      Entries page = engine.log().read(id, next).entries();
      while (!page.isEmpty()) {
        for (byte[] event : page.events()) {
          if (!Arrays.equals(event, Tokens.event(i, next))) {
            throw new BenchFailure("stream " + i + " holds other bytes at " + next);
          }
          next++;
        }
        page = engine.log().read(id, next).entries();
      }
      if (next != appended[i]) {
        throw new BenchFailure("stream " + i + " has " + next + " of " + appended[i] + " tokens");
      }
    }
  }

  @Override
  public Latencies toDurable() {
    return toDurable;
  }

  @Override
  public Latencies toReader() {
    return readers.latencies();
  }

  @Override
  public void close() {
    readers.close();
    streams.close();
    engine.close();
    pool.close();
  }
}
