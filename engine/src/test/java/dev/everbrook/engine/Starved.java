package dev.everbrook.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A world in which memory runs out, once, just when a thread looks at the stopwatch or rests. */
public final class Starved extends BeforeWorld {

  /** As an OutOfMemoryError, which a test cannot throw: its runner ends with one. */
  public static final class NoMemory extends Error {
    public NoMemory() {
      super("as if there were none");
    }
  }

  /** Where memory is to run out. Guarded by itself. */
  public static final class Moment {
    private final BooleanSupplier here;
    private final CountDownLatch come = new CountDownLatch(1);
    private int left;

    private Moment(BooleanSupplier here, int left) {
      this.here = here;
      this.left = left;
    }

    private synchronized void pass() {
      if (left > 0 && here.getAsBoolean() && --left == 0) {
        come.countDown();
        throw new NoMemory();
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
    return next(new Moment(() -> Thread.currentThread().getName().startsWith(thread), nth));
  }

  /** At the next look that is made within this method, written as {@code Runner.run}. */
  public Moment within(String method) {
    return next(
        new Moment(
            () ->
                StackWalker.getInstance()
                    .walk(it ->
                        it.anyMatch(frame ->
                            (frame.getClassName() + "." + frame.getMethodName())
                                .endsWith("." + method))),
            1));
  }

  private Moment next(Moment next) {
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
  public long nanos() {
    pass();
    return super.nanos();
  }

  @Override
  public void rest(Duration time) throws InterruptedException {
    pass();
    super.rest(time);
  }
}
