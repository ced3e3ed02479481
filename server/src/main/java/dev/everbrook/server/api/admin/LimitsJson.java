package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.node.ObjectNode;

/** The common part of the limits of queues and lanes, as JSON. */
final class LimitsJson {

  private LimitsJson() {}

  static OptionalInt atOnce(JsonBody said) {
    OptionalLong number = said.whole("at_once", 1, Integer.MAX_VALUE);
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  /** Reads a rate; the default burst is the jobs of one second, and at least one. */
  static Optional<LaneLimits.Rate> rate(JsonBody said) {
    Optional<Double> perSecond = said.decimal("per_second");
    Optional<Double> burst = said.decimal("burst");
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
