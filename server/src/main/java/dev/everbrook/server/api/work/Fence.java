package dev.everbrook.server.api.work;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Quoted;
import dev.everbrook.server.http.Request;
import java.util.UUID;

/** Which run of which worker is meant, as the path says. */
record Fence(UUID worker, long job, int run) {

  static final String PATH = WorkApi.WORKER + "/jobs/:job/runs/:run";

  static Fence of(Request request) {
    return new Fence(
        request.id("worker"),
        number(request, "job", Long.MAX_VALUE),
        (int) number(request, "run", Integer.MAX_VALUE));
  }

  private static long number(Request request, String name, long most) {
    String text = request.path().getOrDefault(name, "");
    if (text.matches("[1-9][0-9]{0,17}") && Long.parseLong(text) <= most) {
      return Long.parseLong(text);
    }
    throw HttpFailure.notFound("There is no " + name + " '" + Quoted.cut(text) + "'.");
  }
}
