package dev.everbrook.engine.live;

import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.stream.Committed;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.text.OneLine;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All readers of this node.
 *
 * <p>Events that this node writes reach its readers directly after the commit. For a stream that
 * another node writes, this node rings the bell with a {@code want}. The writing node then rings
 * {@code stream@next} after its flushes, and the readers fetch from the database. Since rings may
 * be lost, this node also looks at all followed streams once a second. Safe for use by many
 * threads.
 */
public final class Tails implements Committed.Listener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Tails.class);
  private static final String BELL_WANT = "want";
  private static final String BELL_TAIL = "tail";
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration WANT_EVERY = Duration.ofSeconds(10);
  private static final Duration WANTED_FOR = Duration.ofSeconds(30);
  private static final int WANTED_MAX = 100_000;

  private final StreamLog streams;
  private final Bell bell;
  private final World world;
  private final Map<Long, StreamReaders> watched = new ConcurrentHashMap<>();

  /** Streams that other nodes follow, with the time until which each is wanted. */
  private final Map<Long, Long> wanted = new ConcurrentHashMap<>();

  private final Loop looking;
  private volatile boolean afterGap;
  private long wantedAt;

  /** The caller closes the tails before the bell and the database's source. */
  public Tails(StreamLog streams, Bell bell, World world) {
    this.streams = streams;
    this.bell = bell;
    this.world = world;
    this.wantedAt = world.nanos();
    bell.on(BELL_WANT, this::want);
    bell.on(BELL_TAIL, this::told);
    this.looking = world.loop("look", this::look);
    bell.onGap(this::lookAtAll);
  }

  /**
   * Follows a stream from the event {@code next} on. The caller checks the reader's rights first
   * and closes the tail.
   */
  public Tail follow(StreamRef stream, long next) {
    return follow(stream, next, _ -> {});
  }

  /**
   * As {@link #follow(StreamRef, long)}, for a stream to which any node may append: this node's
   * appends are not taken for all events.
   *
   * @param known the number of events that the stream is known to have
   */
  public Tail followShared(StreamRef stream, long next, long known) {
    return follow(
        stream,
        next,
        it -> {
          it.share();
          it.hint(known, false);
        });
  }

  private Tail follow(StreamRef stream, long next, Consumer<StreamReaders> prepare) {
    Tail[] tail = new Tail[1];
    watched.compute(
        stream.id(),
        (_, existing) -> {
          if (existing == null) {
            bell.ring(BELL_WANT, Long.toString(stream.id()));
          }
          StreamReaders it =
              existing == null ? new StreamReaders(stream, streams, this::leave) : existing;
          prepare.accept(it);
          tail[0] = new Tail(it, world, next);
          it.readers().add(tail[0]);
          return it;
        });
    return tail[0];
  }

  /** The number of readers on this node. */
  public int readers() {
    return watched.values().stream().mapToInt(it -> it.readers().size()).sum();
  }

  private void leave(Tail tail) {
    watched.computeIfPresent(
        tail.stream().id(),
        (_, it) -> {
          it.readers().remove(tail);
          return it.readers().isEmpty() ? null : it;
        });
  }

  @Override
  public void committed(Iterable<Committed> flushed) {
    for (Committed committed : flushed) {
      long id = committed.stream().id();
      StreamReaders here = watched.get(id);
      if (here != null) {
        here.committed(committed.entries(), committed.ended());
      }
      Long until = wanted.get(id);
      if (until != null) {
        tell(committed, until);
      }
    }
  }

  @Override
  public void truncated(StreamRef stream, long next) {
    StreamReaders here =
        watched.remove(stream.id()); // later readers begin with the remaining events
    if (here != null) {
      here.truncated(next);
    }
  }

  private void tell(Committed committed, long until) {
    long id = committed.stream().id();
    if (until - world.nanos() < 0 || committed.ended()) {
      wanted.remove(id);
    }
    bell.ring(BELL_TAIL, id + "@" + committed.entries().next() + (committed.ended() ? "!" : ""));
  }

  private void want(String note) {
    if (wanted.size() < WANTED_MAX) {
      wanted.put(Long.parseLong(note), world.nanos() + WANTED_FOR.toNanos());
    } else {
      forgetOldWants();
    }
  }

  private void forgetOldWants() {
    long now = world.nanos();
    wanted.values().removeIf(until -> until - now < 0);
  }

  private void told(String note) {
    int at = note.indexOf('@');
    boolean ended = note.endsWith("!");
    if (at < 0) {
      log.warn("a ring about a stream was malformed: {}", OneLine.of(note));
      return;
    }
    StreamReaders here = watched.get(Long.parseLong(note.substring(0, at)));
    if (here != null) {
      here.hint(Long.parseLong(note.substring(at + 1, note.length() - (ended ? 1 : 0))), ended);
    }
  }

  /**
   * Looks at all streams: after a reconnect another server may answer, and may lack events that
   * were announced.
   */
  private void lookAtAll() {
    afterGap = true;
    looking.wake();
  }

  private Duration look() {
    boolean sayWanted = world.nanos() - wantedAt > WANT_EVERY.toNanos();
    boolean all = afterGap;
    afterGap = false;
    List<StreamReaders> quiet =
        watched.values().stream().filter(it -> !it.wasFresh() || all).toList();
    for (int from = 0; from < quiet.size(); from += StreamLog.TAILS_MAX) {
      lookAt(quiet.subList(from, Math.min(quiet.size(), from + StreamLog.TAILS_MAX)));
    }
    if (sayWanted) {
      wantedAt = world.nanos();
      forgetOldWants();
      quiet.forEach(it -> bell.ring(BELL_WANT, Long.toString(it.ref().id())));
    }
    return LOOK;
  }

  private void lookAt(List<StreamReaders> quiet) {
    long[] ids = quiet.stream().mapToLong(it -> it.ref().id()).toArray();
    Map<Long, StreamReaders> unfound = new HashMap<>();
    Map<Long, Long> told = new HashMap<>();
    for (StreamReaders it : quiet) {
      unfound.put(it.ref().id(), it);
      told.put(it.ref().id(), it.known());
    }
    for (StreamLog.TailPosition position : streams.tails(ids)) {
      StreamReaders here = unfound.remove(position.stream());
      if (here == null) {
        continue;
      }
      if (position.next() < told.getOrDefault(position.stream(), 0L)) {
        truncated(here.ref(), position.next());
      } else {
        here.hint(position.next(), position.ended());
      }
    }
    unfound.values().forEach(StreamReaders::removed);
  }

  @Override
  public void close() {
    looking.close();
    List<Tail> open = new ArrayList<>();
    watched.values().forEach(it -> open.addAll(it.readers()));
    open.forEach(Tail::close);
  }
}
