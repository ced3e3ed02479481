package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.RequestParameters;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads filters for jobs, from the query and from bodies. */
final class JobFilters {

  static final String[] NAMES = {
    "queue", "state", "kind", "lane", "principal", "from", "to", "parent"
  };

  private JobFilters() {}

  /**
   * @param value returns the value of a parameter or field, if present
   */
  static JobFilter of(Function<String, Optional<String>> value) {
    return HttpFailure.checked(() ->
        new JobFilter(
            value.apply("queue"),
            value.apply("state").map(JobFilters::state),
            value.apply("kind"),
            value.apply("lane"),
            value.apply("principal"),
            value.apply("from").map(it -> RequestParameters.time("from", it)),
            value.apply("to").map(it -> RequestParameters.time("to", it)),
            value.apply("parent").map(JobFilters::id).orElse(OptionalLong.empty())));
  }

  private static OptionalLong id(String text) {
    OptionalLong id = RequestParameters.whole(text);
    if (id.isEmpty() || id.getAsLong() < 1) {
      throw HttpFailure.badRequest(
          "parent must be the id of a job, was '" + Excerpt.of(text) + "'.");
    }
    return id;
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
