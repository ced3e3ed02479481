package dev.everbrook.engine.job.lane;

import dev.everbrook.engine.job.LaneClosed;
import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.text.OneLine;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls one listener for each closed lane, without waiting for it, since the caller may be the
 * thread of the bell. Safe for use by many threads.
 *
 * <p>Each lane has a thread of its own for its calls, so at most one call a lane is under way. Of
 * the closings that come during a call, only the last is told after it.
 */
public final class ClosedLanes {

  private static final Logger log = LoggerFactory.getLogger(ClosedLanes.class);

  private record Name(String queue, String lane) {}

  private final Consumer<LaneClosed> listener;

  /** The next closing to tell, for each lane with a call under way. */
  private final Map<Name, Optional<LaneClosed>> underWay = new HashMap<>();

  public ClosedLanes(Consumer<LaneClosed> listener) {
    this.listener = listener;
  }

  public synchronized void tell(LaneClosed closed) {
    Name name = new Name(closed.queue(), closed.lane());
    boolean isNew = !underWay.containsKey(name);
    if (isNew && underWay.size() == Lanes.TOLD_AT_ONCE_MAX) {
      log.warn(
          "{} is not told: {} lanes are being told already",
          OneLine.of(closed),
          Lanes.TOLD_AT_ONCE_MAX);
      return;
    }
    underWay.put(name, Optional.of(closed));
    if (isNew) {
      Thread.ofVirtual().name("lane-closed").start(() -> tellAll(name));
    }
  }

  private void tellAll(Name name) {
    for (Optional<LaneClosed> next = next(name); next.isPresent(); next = next(name)) {
      try {
        listener.accept(next.get());
      } catch (Throwable e) { // wide: the lane is closed; a failing listener changes nothing
        log.warn("a listener to closed lanes failed at {}", OneLine.of(next.get()), e);
      }
    }
  }

  private synchronized Optional<LaneClosed> next(Name name) {
    Optional<LaneClosed> next = underWay.getOrDefault(name, Optional.empty());
    if (next.isPresent()) {
      underWay.put(name, Optional.empty());
    } else {
      underWay.remove(name);
    }
    return next;
  }
}
