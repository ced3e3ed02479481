package dev.everbrook.server.api.events;

import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.server.chat.OwnAnswers;
import dev.everbrook.server.chat.ReaderPosition;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.SentJson;
import dev.everbrook.server.http.SocketDialect;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Many streams over one WebSocket. The client sends {@code {"type":"subscribe","stream":id,
 * "after":n}} and {@code {"type":"unsubscribe","stream":id}}; the frames of a stream are {@code
 * events} with the next events, then one {@code end}. A request that cannot be fulfilled gets an
 * {@code error}. PROTOCOL.md has the full description.
 */
final class LiveDialect implements SocketDialect {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final OwnAnswers own;
  private final Tails tails;

  LiveDialect(OwnAnswers own, Tails tails) {
    this.own = own;
    this.tails = tails;
  }

  @Override
  public Wish wish(Principal principal, String message) {
    JsonNode node = read(message);
    String type = node.path("type").asString("");
    return switch (type) {
      case "subscribe" -> subscribe(principal, stream(node), node.path("after"));
      case "unsubscribe" -> new Wish.Leave(stream(node).toString());
      default -> throw HttpFailure.badRequest("type must be subscribe or unsubscribe");
    };
  }

  private Wish subscribe(Principal principal, UUID id, JsonNode place) {
    Head head = own.get(principal, id);
    long sent =
        place.isMissingNode() || place.isNull()
            ? ReaderPosition.START
            : ReaderPosition.of("after", place.asString(""));
    long after = ReaderPosition.within(own, head, "after", sent);
    String subscribed =
        JSON.writeValueAsString(
            answer("subscribed").put("stream", id.toString()).put("after", after));
    return new Wish.Follow(id.toString(), tails.follow(head.ref(), after + 1), subscribed);
  }

  private static JsonNode read(String message) {
    return SentJson.object(
        message.getBytes(StandardCharsets.UTF_8),
        "A message must be a JSON object such as"
            + " {\"type\":\"subscribe\",\"stream\":\"<id>\",\"after\":-1}");
  }

  private static UUID stream(JsonNode node) {
    return Request.uuid(node.path("stream").asString(""))
        .orElseThrow(() -> HttpFailure.badRequest("stream must be the id of a stream"));
  }

  @Override
  public String events(String key, Entries entries) {
    StringBuilder out = new StringBuilder((int) entries.bytes() + 64);
    out.append("{\"type\":\"events\",\"stream\":\"").append(key).append("\",\"events\":[");
    long seq = entries.first();
    for (byte[] event : entries.events()) {
      out.append(seq == entries.first() ? "" : ",")
          .append(new String(EventsDialect.numbered(seq, event), StandardCharsets.UTF_8));
      seq++;
    }
    return out.append("]}").toString();
  }

  @Override
  public String end(String key, long events) {
    return JSON.writeValueAsString(answer("end").put("stream", key).put("events", events));
  }

  @Override
  public String lost(String key, HttpFailure why) {
    return error(key, why);
  }

  @Override
  public String refusal(String message, HttpFailure why) {
    try {
      return error(stream(read(message)).toString(), why);
    } catch (HttpFailure _) {
      return error(null, why); // the message named no stream
    }
  }

  private static String error(@Nullable String stream, HttpFailure why) {
    return JSON.writeValueAsString(
        answer("error")
            .put("stream", stream)
            .put("status", why.status())
            .put("message", why.text()));
  }

  private static ObjectNode answer(String type) {
    return JSON.createObjectNode().put("type", type);
  }
}
