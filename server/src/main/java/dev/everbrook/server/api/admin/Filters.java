package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Quoted;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads filters for jobs, from the query and from bodies. */
final class Filters {

  static final String[] NAMES = {
    "queue", "state", "kind", "lane", "principal", "from", "to", "parent"
  };

  private Filters() {}

  /**
   * @param value what is said under a name, if anything
   */
  static JobFilter of(Function<String, Optional<String>> value) {
    return Asked.checked(() ->
        new JobFilter(
            value.apply("queue"),
            value.apply("state").map(Filters::state),
            value.apply("kind"),
            value.apply("lane"),
            value.apply("principal"),
            value.apply("from").map(it -> Asked.time("from", it)),
            value.apply("to").map(it -> Asked.time("to", it)),
            value.apply("parent").map(Filters::id).orElse(OptionalLong.empty())));
  }

  private static OptionalLong id(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException _) {
      throw HttpFailure.badRequest(
          "parent must be the id of a job, was '" + Quoted.cut(text) + "'.");
    }
  }

  private static JobState state(String text) {
    return JobState.of(text)
        .orElseThrow(() ->
            HttpFailure.badRequest(
                "state must be one of "
                    + Arrays.stream(JobState.values())
                        .map(JobState::column)
                        .collect(Collectors.joining(", "))
                    + "."));
  }
}
