package dev.everbrook.engine;

import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A world in which memory runs out, once, just when a thread looks at the stopwatch or rests. */
public final class Starved implements World {

  /** Where memory is to run out. Guarded by itself. */
  public static final class Moment {
    private final String thread;
    private final CountDownLatch come = new CountDownLatch(1);
    private int left;

    private Moment(String thread, int left) {
      this.thread = thread;
      this.left = left;
    }

    private synchronized void pass() {
      if (left > 0 && Thread.currentThread().getName().startsWith(thread) && --left == 0) {
        come.countDown();
        throw new OutOfMemoryError("as if there were none");
      }
    }

    public boolean hasCome() {
      return come.getCount() == 0;
    }

    public boolean comes(int seconds) throws InterruptedException {
      return come.await(seconds, TimeUnit.SECONDS);
    }
  }

  private volatile @Nullable Moment moment;

  /** At the nth look from now on of a thread whose name begins so. */
  public Moment at(String thread, int nth) {
    Moment next = new Moment(thread, nth);
    moment = next;
    return next;
  }

  private void pass() {
    Moment next = moment;
    if (next != null) {
      next.pass();
    }
  }

  @Override
  public Instant now() {
    return World.real().now();
  }

  @Override
  public long nanos() {
    pass();
    return World.real().nanos();
  }

  @Override
  public double chance() {
    return World.real().chance();
  }

  @Override
  public UUID id() {
    return World.real().id();
  }

  @Override
  public void rest(Duration time) throws InterruptedException {
    pass();
    World.real().rest(time);
  }
}
