package dev.everbrook.engine.answer;

import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.model.ModelCall;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Cancels the call to the model when the run is stopped, even if the stop came before the call.
 * Thread-safe.
 */
final class StopSwitch {

  private final Run run;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ModelCall call;

  StopSwitch(Run run) {
    this.run = run;
    run.onStop(this::stop);
  }

  Optional<StopReason> reason() {
    return run.stopReason();
  }

  void on(ModelCall opened) {
    lock.lock();
    try {
      call = opened;
    } finally {
      lock.unlock();
    }
    if (run.stopReason().isPresent()) {
      stop();
    }
  }

  private void stop() {
    lock.lock();
    try {
      if (call != null) {
        call.cancel("the answer was stopped");
      }
    } finally {
      lock.unlock();
    }
  }
}
