package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.stream.Append;
import dev.everbrook.server.http.HttpFailure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** The messages in a body of JSON: its value, or, of an array, each of its values. */
final class JsonMessages {

  private static final JsonFactory JSON = new JsonFactory();

  private JsonMessages() {}

  /** Byte by byte as they were sent, but for the space between them. */
  static List<byte[]> of(byte[] body) {
    demandUtf8(body);
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw invalid();
      }
      List<byte[]> messages =
          first == JsonToken.START_ARRAY ? values(parser, body) : List.of(value(parser, body));
      if (parser.nextToken() != null) {
        throw invalid();
      }
      return messages;
    } catch (StreamConstraintsException _) {
      throw HttpFailure.badRequest(
          "The JSON is nested more than "
              + StreamReadConstraints.DEFAULT_MAX_DEPTH
              + " levels deep, or has a name or a number that is too long.");
    } catch (JacksonException _) {
      throw invalid();
    }
  }

  private static List<byte[]> values(JsonParser parser, byte[] body) {
    List<byte[]> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(value(parser, body));
      if (values.size() > Append.EVENTS_MAX) {
        throw new HttpFailure(
            413, "A body may hold at most " + Append.EVENTS_MAX + " messages; send several.");
      }
    }
    return values;
  }

  /** The value that begins with the current token. */
  private static byte[] value(JsonParser parser, byte[] body) {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    if (parser.currentToken().isStructStart()) {
      parser.skipChildren();
    } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
      parser.getStringLength(); // a string is read to its end only when it is asked for
    }
    return Arrays.copyOfRange(body, from, (int) parser.currentLocation().getByteOffset());
  }

  /** Else the parser would take other encodings for what they are, and nobody else would. */
  private static void demandUtf8(byte[] body) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
    } catch (CharacterCodingException _) {
      throw invalid();
    }
    for (byte each : body) {
      if (each == 0) {
        throw invalid();
      }
    }
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
