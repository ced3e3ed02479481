package dev.everbrook.server.api.work;

import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.RequestParameters;
import java.util.OptionalLong;
import java.util.UUID;

/** A worker's run, named by a path. */
record RunPath(UUID worker, long job, int run) {

  static RunPath of(Request request) {
    return new RunPath(
        request.id("worker"),
        number(request, "job", Long.MAX_VALUE),
        (int) number(request, "run", Integer.MAX_VALUE));
  }

  private static long number(Request request, String name, long most) {
    String text = request.part(name);
    OptionalLong number = RequestParameters.whole(text);
    if (number.isPresent() && number.getAsLong() >= 1 && number.getAsLong() <= most) {
      return number.getAsLong();
    }
    throw HttpFailure.notFound("There is no " + name + " '" + Excerpt.of(text) + "'.");
  }
}
