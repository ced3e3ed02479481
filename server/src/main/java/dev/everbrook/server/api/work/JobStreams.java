package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Workforce;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Append;
import dev.everbrook.engine.stream.Appended;
import dev.everbrook.engine.stream.ChannelName;
import dev.everbrook.engine.stream.Channels;
import dev.everbrook.engine.stream.ContentType;
import dev.everbrook.engine.stream.Lifetime;
import dev.everbrook.engine.stream.NewChannel;
import dev.everbrook.engine.stream.Producer;
import dev.everbrook.server.http.HttpFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The streams of jobs whose workers are elsewhere: {@code jobs/<id>}, of the job's principal. Safe
 * for use by many threads.
 *
 * <p>A run appends as the producer {@value #PRODUCER} whose epoch is the run's number: so the log
 * itself refuses an older run than the newest that wrote. Who numbers its appends may repeat them;
 * who does not gets the next number here.
 */
final class JobStreams {

  private static final String PRODUCER = "job";
  private static final ContentType JSON = new ContentType("application/json");
  private static final Lifetime LIFETIME = new Lifetime.Sliding(Duration.ofDays(7));

  /** How often a number may be taken by another append meanwhile. */
  private static final int TRIES_MAX = 100;

  private final Channels channels;

  JobStreams(Channels channels) {
    this.channels = channels;
  }

  static JsonNode progress(double value, String note) {
    ObjectNode event = JsonMapper.shared().createObjectNode();
    event.put("type", "progress").put("value", value);
    return note.isEmpty() ? event : event.put("note", note);
  }

  /**
   * Appends, durably.
   *
   * @param seq the number of this append among the run's; nothing for the next
   */
  void append(Workforce.Holding holding, OptionalLong seq, List<JsonNode> events)
      throws InterruptedException {
    ChannelName name = name(holding.job(), holding.principal());
    List<byte[]> bytes = bytes(events);
    Appended appended = append(name, holding.run(), seq, bytes, false);
    if (appended instanceof Appended.Missing) {
      channels.create(
          new NewChannel(
              name, Optional.of(JSON), Optional.of(LIFETIME), false, List.of(), Optional.empty()));
      appended = append(name, holding.run(), seq, bytes, false);
    }
    refuse(appended);
  }

  /** The last event of a job's stream, if it has one. */
  void end(Workforce.JobEnd end) throws InterruptedException {
    ObjectNode event = JsonMapper.shared().createObjectNode();
    event.put("type", "end").put("outcome", end.how().name().toLowerCase(Locale.ROOT));
    if (end.how() != Ended.DONE && !end.error().isEmpty()) {
      event.put("error", end.error());
    }
    Appended appended =
        append(
            name(end.job(), end.principal()),
            end.run(),
            OptionalLong.empty(),
            bytes(List.of(event)),
            true);
    if (appended instanceof Appended.Busy) {
      refuse(appended);
    }
  }

  private static ChannelName name(long job, Optional<Principal> principal) {
    return new ChannelName(principal.orElse(Principal.LOCAL), "jobs/" + job);
  }

  private static List<byte[]> bytes(List<JsonNode> events) {
    List<byte[]> bytes = new ArrayList<>();
    events.forEach(it -> bytes.add(it.toString().getBytes(StandardCharsets.UTF_8)));
    return bytes;
  }

  private Appended append(
      ChannelName name, int run, OptionalLong seq, List<byte[]> events, boolean last)
      throws InterruptedException {
    long next = seq.orElse(0);
    Appended appended = once(name, new Producer(PRODUCER, run, next), events, last);
    for (int tries = 1; tries < TRIES_MAX && seq.isEmpty(); tries++) {
      if (!(appended instanceof Appended.Repeated(_, var closed, var known))
          || closed
          || known.isEmpty()) {
        return appended;
      }
      next = known.get().seq() + 1;
      appended = once(name, new Producer(PRODUCER, run, next), events, last);
    }
    return appended;
  }

  private Appended once(ChannelName name, Producer producer, List<byte[]> events, boolean last)
      throws InterruptedException {
    try {
      return channels.append(
          new Append(
              name, Optional.of(JSON), events, last, Optional.of(producer), Optional.empty()));
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e.getMessage() + ".");
    }
  }

  private static void refuse(Appended appended) {
    switch (appended) {
      case Appended.Taken _, Appended.Repeated _ -> {
        // It stands.
      }
      case Appended.Fenced _ -> throw WorkError.notHeld();
      case Appended.Gap(var expected, var received) ->
          throw HttpFailure.badRequest(
              "seq must be "
                  + expected
                  + " now, was "
                  + received
                  + ": appends are numbered from 0"
                  + " in each run, without a gap.");
      case Appended.NotFromZero() ->
          throw HttpFailure.badRequest("seq must be 0 for the first append of a run.");
      case Appended.Busy _ ->
          throw new HttpFailure(503, "The stream of this job takes no more now; try again soon.");
      case Appended.Closed _, Appended.Deleted _, Appended.Missing _ ->
          throw HttpFailure.notFound("The stream of this job was closed or deleted.");
      case Appended.OtherType _, Appended.Behind _, Appended.TooManyProducers _ ->
          throw HttpFailure.badRequest(
              "The stream of this job is used by others for something else.");
    }
  }
}
