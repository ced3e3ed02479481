package dev.everbrook.engine.job;

import dev.everbrook.engine.BeforeWorld;
import java.util.OptionalLong;

/** A world whose stopwatch a test can halt: then nothing has waited for long. */
final class HaltedWorld extends BeforeWorld {

  private volatile OptionalLong at = OptionalLong.empty();

  void halt() {
    at = OptionalLong.of(super.nanos());
  }

  void goOn() {
    at = OptionalLong.empty();
  }

  @Override
  public long nanos() {
    return at.orElseGet(super::nanos);
  }
}
