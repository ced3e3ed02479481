package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.Append;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The messages in a JSON body: the elements of an array, or any other value as one message. */
final class JsonMessages {

  private static final JsonFactory JSON = JsonLimits.factory();

  private JsonMessages() {}

  /** The messages with their exact bytes, without the white space between them. */
  static List<byte[]> of(byte[] body) {
    int from = JsonLimits.demandUtf8(body);
    try (JsonParser parser =
        JSON.createParser(ObjectReadContext.empty(), body, from, body.length - from)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw invalid();
      }
      boolean several = first == JsonToken.START_ARRAY;
      List<byte[]> messages = several ? values(parser, body) : List.of(value(parser, body, 0));
      if (parser.nextToken() != null) {
        throw invalid();
      }
      return messages;
    } catch (JacksonException _) {
      throw invalid();
    }
  }

  private static List<byte[]> values(JsonParser parser, byte[] body) {
    List<byte[]> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(value(parser, body, 1));
      if (values.size() > Append.EVENTS_MAX) {
        throw new HttpFailure(
            413, "A body may hold at most " + Append.EVENTS_MAX + " messages; send several.");
      }
    }
    return values;
  }

  /** Copies the value that begins with the current token, at depth {@code outside}. */
  private static byte[] value(JsonParser parser, byte[] body, int outside) {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    int depth = outside;
    JsonToken token = parser.currentToken();
    while (true) {
      JsonLimits.check(parser, depth);
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth == outside) {
        break;
      }
      token = parser.nextToken();
    }
    if (token == JsonToken.VALUE_STRING) {
      parser.getStringLength(); // forces the parser to read the string to its end
    }
    return Arrays.copyOfRange(body, from, (int) parser.currentLocation().getByteOffset());
  }

  private static HttpFailure invalid() {
    return HttpFailure.badRequest("The body is not valid JSON in UTF-8.");
  }

  /** The array of these messages. */
  static byte[] array(List<byte[]> messages) {
    int size = 1 + Math.max(1, messages.size());
    for (byte[] message : messages) {
      size += message.length;
    }
    byte[] array = new byte[size];
    int at = 0;
    array[at++] = '[';
    for (int i = 0; i < messages.size(); i++) {
      if (i > 0) {
        array[at++] = ',';
      }
      byte[] message = messages.get(i);
      System.arraycopy(message, 0, array, at, message.length);
      at += message.length;
    }
    array[at] = ']';
    return array;
  }
}
