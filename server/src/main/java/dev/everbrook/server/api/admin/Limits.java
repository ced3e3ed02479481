package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.server.http.HttpFailure;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** What limits of queues and of lanes have in common, as JSON. */
final class Limits {

  private Limits() {}

  static OptionalInt atOnce(ObjectNode said) {
    return Asked.whole(said, "at_once", 1, Integer.MAX_VALUE)
        .map(it -> OptionalInt.of(it.intValue()))
        .orElse(OptionalInt.empty());
  }

  /** The burst is one second's jobs where it is not said, and at least one. */
  static Optional<LaneLimits.Rate> rate(ObjectNode said) {
    Optional<Double> perSecond = Asked.decimal(said, "per_second");
    Optional<Double> burst = Asked.decimal(said, "burst");
    if (perSecond.isEmpty() && burst.isPresent()) {
      throw HttpFailure.badRequest("burst goes with per_second, which is missing.");
    }
    return perSecond.map(it -> new LaneLimits.Rate(it, burst.orElse(Math.max(it, 1))));
  }

  static void write(ObjectNode json, OptionalInt atOnce, Optional<LaneLimits.Rate> rate) {
    if (atOnce.isPresent()) {
      json.put("at_once", atOnce.getAsInt());
    } else {
      json.putNull("at_once");
    }
    json.put("per_second", rate.map(LaneLimits.Rate::perSecond).orElse(null))
        .put("burst", rate.map(LaneLimits.Rate::burst).orElse(null));
  }
}
