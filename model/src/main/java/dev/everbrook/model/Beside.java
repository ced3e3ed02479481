package dev.everbrook.model;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the content of an answer other than text, reasoning and calls: pictures, sound,
 * annotations, and the sources that some providers list at the top of each chunk. Content of an
 * unknown form is reported, once for each name. Sound comes in pieces and is emitted whole at the
 * end. For one thread.
 */
final class Beside {

  private static final int ANNOTATIONS_MAX = 1_000;
  private static final int ANNOTATION_CHARS_MAX = 64 << 10;
  private static final int NAMES_MAX = 20;
  private static final int NAME_CHARS_MAX = 100;

  /** The fields that list sources; only the first has their titles. */
  private static final List<String> SOURCES = List.of("search_results", "web_search", "citations");

  /** Fields of a message that are read elsewhere, or have no meaning outside the provider. */
  private static final Set<String> KNOWN =
      Set.of(
          "role",
          "name",
          "content",
          "refusal",
          "tool_calls",
          "function_call",
          "images",
          "audio",
          "annotations",
          "reasoning",
          "reasoning_content",
          "reasoning_text",
          "thinking",
          "search_results",
          "web_search",
          "citations",
          "token_ids",
          "prompt_token_ids",
          "logprobs",
          "content_filter_results",
          "content_filter_result");

  private final List<ModelEvent> events = new ArrayList<>();
  private final List<ModelEvent> annotations = new ArrayList<>();
  private final Set<String> annotated = new HashSet<>();
  private final Set<String> addresses = new HashSet<>();
  private final Set<String> told = new HashSet<>();
  private final ByteArrayOutputStream sound = new ByteArrayOutputStream();
  private final Spoken heard = new Spoken();
  private String cutSound = "";
  private long mediaChars;

  /** Reads the pictures, annotations and sources that a chunk, a choice or a message lists. */
  void around(JsonNode place) {
    for (JsonNode image : list(place.path("images"))) {
      picture(image);
    }
    place.path("annotations").forEach(this::annotation);
    sources(place);
  }

  private void sources(JsonNode place) {
    SOURCES.forEach(name -> source(name, place.path(name)));
  }

  /**
   * Reads a delta or a message.
   *
   * @param whole whether it repeats all content so far, as a message does
   */
  void read(JsonNode message, boolean whole) {
    Part.in(message.path("content")).forEach(this::part);
    sound(message.path("audio"), whole);
    around(message);
    for (Map.Entry<String, JsonNode> field : message.properties()) {
      String name = field.getKey();
      boolean odd = field.getValue().isContainer() && !field.getValue().isEmpty();
      if (odd && !KNOWN.contains(name) && !Kept.knows(name)) {
        leaveOut(name, "The provider sent '" + shortened(name) + "', which cannot be passed on.");
      }
    }
  }

  /** Takes the new events that may come at the current place of the answer. */
  List<ModelEvent> take() {
    List<ModelEvent> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  /** Takes the annotations, which wait for the text that they refer to. */
  List<ModelEvent> takeAnnotations() {
    List<ModelEvent> taken = List.copyOf(annotations);
    annotations.clear();
    return taken;
  }

  /** Takes the rest at the end of the answer. */
  List<ModelEvent> rest() {
    if (sound.size() > 0) {
      byte[] bytes = sound.toByteArray();
      sound.reset();
      media(
          ModelEvent.Media.Kind.AUDIO,
          "data:" + soundType(bytes) + ";base64," + Base64.getEncoder().encodeToString(bytes));
    }
    List<ModelEvent> rest = new ArrayList<>(takeAnnotations());
    rest.addAll(take());
    return rest;
  }

  private void part(JsonNode part) {
    if (!part.isObject() || part.isEmpty() || Part.isCall(part)) {
      return; // read as text, or as a call
    }
    part.path("annotations").forEach(this::annotation);
    sources(part);
    boolean spoken = Part.isThought(part) || Part.hasWords(part);
    int before = events.size();
    long soundBefore = soundChars();
    if (Part.isImage(part)) {
      String url = pictureUrl(part);
      if (!url.isEmpty()) {
        picture(url);
        return;
      }
    } else if (Part.isSound(part)) {
      List.of("input_audio", "output_audio", "audio", "audio_url")
          .forEach(name -> sound(part.path(name), false));
      sound(part, false);
    }
    if (!spoken && events.size() == before && soundChars() == soundBefore) {
      String type = Part.type(part);
      String name = Part.isImage(part) ? "image" : type.isEmpty() ? "content" : type;
      leaveOut(
          name,
          "The provider sent a part of the kind '"
              + shortened(name)
              + "', which cannot be passed on.");
    }
  }

  private void picture(JsonNode image) {
    String url = pictureUrl(image);
    if (url.isEmpty()) {
      leaveOut("image", "The provider sent a picture in an unknown form.");
    } else {
      picture(url);
    }
  }

  private void picture(String url) {
    if (addresses.add(url.length() + " " + url.hashCode())) {
      media(ModelEvent.Media.Kind.IMAGE, url);
    }
  }

  private static String pictureUrl(JsonNode image) {
    if (image.isString()) {
      return address(image.stringValue(), "");
    }
    JsonNode inner = image.path("image_url");
    String type = Json.text(image, "media_type") + Json.text(image, "mime_type");
    for (String found :
        List.of(
            Json.text(image, "image_url"),
            Json.text(inner, "url"),
            Json.text(image, "url"),
            Json.text(image, "b64_json"),
            Json.text(image, "image"),
            Json.text(image, "data"))) {
      if (!found.isEmpty()) {
        return address(found, type);
      }
    }
    return image.path("source").isObject() ? pictureUrl(image.path("source")) : "";
  }

  /**
   * Accepts only http, https and image data, since other URLs could run code in a page that shows
   * them.
   */
  private static String address(String text, String type) {
    String start = text.substring(0, Math.min(text.length(), 11)).toLowerCase(Locale.ROOT);
    if (start.startsWith("http://")
        || start.startsWith("https://")
        || start.startsWith("data:image/")) {
      return text;
    }
    String known =
        text.startsWith("iVBOR")
            ? "image/png"
            : text.startsWith("/9j/")
                ? "image/jpeg"
                : text.startsWith("UklGR")
                    ? "image/webp"
                    : text.startsWith("R0lGOD") ? "image/gif" : type;
    return known.startsWith("image/") && start.indexOf(':') < 0
        ? "data:" + known + ";base64," + text
        : "";
  }

  private long soundChars() {
    return sound.size() + (long) cutSound.length();
  }

  /** The amount of sound so far. */
  long soundBytes() {
    return sound.size();
  }

  private void sound(JsonNode audio, boolean whole) {
    String data = audio.isString() ? audio.stringValue() : Json.text(audio, "data");
    if (data.isEmpty()) {
      data = Json.text(audio, "url");
    }
    if (data.startsWith("https://") || data.startsWith("http://")) {
      if (addresses.add(data)) {
        media(ModelEvent.Media.Kind.AUDIO, data);
      }
      return;
    }
    if (data.startsWith("data:")) {
      data = data.substring(data.indexOf(',') + 1);
    }
    String piece = cutSound + (whole ? heard.whole(data) : heard.piece(data));
    int length = piece.length() / 4 * 4;
    cutSound = piece.substring(length);
    if (length == 0 || told.contains("audio")) {
      return;
    }
    try {
      sound.writeBytes(Base64.getDecoder().decode(piece.substring(0, length)));
    } catch (IllegalArgumentException _) {
      sound.reset();
      leaveOut("audio", "The provider sent sound that is not base64.");
    }
    if (sound.size() > ModelEvent.Media.CHARS_MAX / 4 * 3) {
      sound.reset();
      leaveOut("audio", tooLong("sound"));
    }
  }

  /** The type by the first bytes; raw samples have no signature. */
  private static String soundType(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(4, bytes.length), StandardCharsets.ISO_8859_1);
    return switch (start) {
      case "RIFF" -> "audio/wav";
      case "OggS" -> "audio/ogg";
      case "fLaC" -> "audio/flac";
      default ->
          start.startsWith("ID3")
                  || start.startsWith("\u00ff\u00fb")
                  || start.startsWith("\u00ff\u00f3")
              ? "audio/mpeg"
              : "audio/pcm";
    };
  }

  private void media(ModelEvent.Media.Kind kind, String url) {
    mediaChars += url.length();
    if (mediaChars > ModelEvent.Media.CHARS_MAX) {
      mediaChars -= url.length();
      boolean image = kind == ModelEvent.Media.Kind.IMAGE;
      leaveOut(image ? "image" : "audio", tooLong(image ? "a picture" : "sound"));
    } else {
      events.add(new ModelEvent.Media(kind, url));
    }
  }

  private static String tooLong(String what) {
    return "The model made "
        + what
        + " that was left out: the pictures and sounds of an answer may have "
        + ModelEvent.Media.CHARS_MAX
        + " characters together.";
  }

  private void annotation(JsonNode annotation) {
    if (!annotation.isObject()) {
      return;
    }
    JsonNode nested = annotation.path("url_citation");
    ObjectNode flat =
        nested.isObject()
            ? citation(nested)
            : Json.text(annotation, "type").equals("url_citation")
                ? citation(annotation)
                : (ObjectNode) annotation.deepCopy();
    annotated.add(Json.text(flat, "url"));
    annotate(flat);
  }

  private static ObjectNode citation(JsonNode from) {
    return citation(
        Json.text(from, "url"),
        Json.text(from, "title"),
        from.path("start_index").asInt(0),
        from.path("end_index").asInt(0));
  }

  private static ObjectNode citation(String url, String title, int start, int end) {
    return Json.MAPPER
        .createObjectNode()
        .put("type", "url_citation")
        .put("url", url)
        .put("title", title)
        .put("start_index", start)
        .put("end_index", end);
  }

  /** Reads a source once, since it is listed in every chunk and in several lists. */
  private void source(String list, JsonNode source) {
    if (source.isArray()) {
      source.forEach(it -> source(list, it));
      return;
    }
    if (source.isBoolean() || Kept.isNothing(source)) {
      return;
    }
    String url =
        source.isObject()
            ? Json.text(source, source.path("url").isString() ? "url" : "link")
            : source.asString("");
    if (!url.startsWith("https://") && !url.startsWith("http://")) {
      leaveOut(list, "The provider listed a source in '" + list + "' that is not a URL.");
    } else if (annotated.add(url)) {
      annotate(citation(url, Json.text(source, "title"), 0, 0));
    }
  }

  private void annotate(ObjectNode annotation) {
    String json = Json.MAPPER.writeValueAsString(annotation);
    if (!annotated.add(json)) {
      return;
    }
    if (json.length() > ANNOTATION_CHARS_MAX || annotated.size() > 2 * ANNOTATIONS_MAX) {
      leaveOut(
          "annotation",
          "Annotations were left out: an answer may have "
              + ANNOTATIONS_MAX
              + ", of "
              + ANNOTATION_CHARS_MAX
              + " characters each.");
    } else {
      annotations.add(new ModelEvent.Annotation(json));
    }
  }

  private void leaveOut(String what, String why) {
    if (told.size() < NAMES_MAX && told.add(what)) {
      events.add(new ModelEvent.LeftOut(shortened(what), why));
    }
  }

  private static String shortened(String name) {
    return name.length() <= NAME_CHARS_MAX ? name : name.substring(0, NAME_CHARS_MAX);
  }

  private static Iterable<JsonNode> list(JsonNode node) {
    return node.isArray() ? node : node.isObject() || node.isString() ? List.of(node) : List.of();
  }
}
