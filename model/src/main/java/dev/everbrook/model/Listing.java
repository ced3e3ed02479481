package dev.everbrook.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A provider's models, or the reason why they are unknown. */
public sealed interface Listing {

  /** The request failed, or the answer was not a list; {@code why} is a sentence. */
  record Unknown(String why) implements Listing {}

  /**
   * The models in the provider's order.
   *
   * @param more whether the provider has further pages, which are not requested
   */
  record Offered(List<Offer> models, boolean more) implements Listing {

    private static final List<String> FIELDS =
        List.of("data", "models", "result", "results", "items");

    public Offered {
      models = List.copyOf(models);
    }

    /** The first model that can hold a conversation. */
    public Optional<String> firstChat() {
      return models.stream().filter(Offer::chats).map(Offer::name).findFirst();
    }

    public List<String> names() {
      return models.stream().map(Offer::name).toList();
    }

    /** Reads the body of a successful {@code GET /models}, in any form that providers use. */
    static Listing of(String body) {
      try {
        JsonNode root = Json.MAPPER.readTree(body.replace("\uFEFF", ""));
        Optional<JsonNode> list = list(root);
        if (list.isPresent()) {
          List<Offer> models = new ArrayList<>();
          list.get().forEach(entry -> Offer.of(entry).ifPresent(models::add));
          return new Offered(models, hasMore(root));
        }
      } catch (JacksonException notJson) {
        // Reported below.
      }
      return new Unknown("It answered with no list of models.");
    }

    /** The first field with a list; an empty list only if there is no other. */
    private static Optional<JsonNode> list(JsonNode root) {
      if (root.isArray()) {
        return Optional.of(root);
      }
      Optional<JsonNode> empty = Optional.empty();
      for (String field : FIELDS) {
        JsonNode value = root.path(field);
        if (value.isObject()) {
          value = list(value).orElse(value); // a gateway's envelope
        }
        if (value.isArray() && !value.isEmpty()) {
          return Optional.of(value);
        }
        if (value.isArray() && empty.isEmpty()) {
          empty = Optional.of(value);
        }
      }
      return empty;
    }

    private static boolean hasMore(JsonNode root) {
      return root.path("has_more").asBoolean(false)
          || !Json.text(root, "next_page_token").isBlank()
          || !Json.text(root, "nextPageToken").isBlank()
          || !Json.text(root, "next").isBlank();
    }
  }

  /**
   * One model.
   *
   * @param chats whether it can hold a conversation, judged by its entry and its name. False for
   *     models that embed, rank, moderate, only complete, read scans, or process or generate
   *     speech, pictures or films
   */
  record Offer(String name, boolean chats) {

    /**
     * Words in the names of models that hold no conversation; the short ones must be whole words.
     */
    private static final Pattern NO_CHAT =
        Pattern.compile(
            "embed|rerank|ranker|moderat|guard|safety|transcri|whisper|speech|parakeet|audio"
                + "|realtime|image|diffusion|dall-?e|minilm|colbert|upscal|inpaint|video|feature-"
                + "|babbage|davinci|turbo-instruct|similarity|classif|reward|musicgen|(ocr|tts)\\b"
                + "|voice|shield|cogview|kolors|ideogram|recraft|seedream|seedance|wanx|hailuo"
                + "|midjourney|paraformer|canary|wav2vec|sentence-|paraphrase|roberta|deberta"
                + "|(?<![a-z0-9])(bge|gte|e5|clip|siglip|flux|sdxl|sd|veo|sora|wan|kling|lyria|bark"
                + "|kokoro|orpheus|piper|voyage|aqa|asr|stt|vae|nougat|ocr|tts|live|bert)"
                + "(?![a-z])",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern CHAT = Pattern.compile("chat|complet|generat");

    private static final int NAME_MAX = 500;

    /** Reads an entry; empty if it has no displayable name. */
    static Optional<Offer> of(JsonNode entry) {
      String name = entry.isString() ? entry.stringValue() : name(entry);
      boolean odd = name.length() > NAME_MAX || name.chars().anyMatch(Character::isISOControl);
      return odd || name.isBlank()
          ? Optional.empty()
          : Optional.of(new Offer(name, !NO_CHAT.matcher(name).find() && mayChat(entry)));
    }

    private static String name(JsonNode entry) {
      for (String field : List.of("id", "model", "name")) {
        String name = Json.text(entry, field);
        if (!name.isBlank()) {
          return name;
        }
      }
      return "";
    }

    /** Whether the entry's fields allow chat; an entry without such fields does. */
    private static boolean mayChat(JsonNode entry) {
      for (String field : List.of("type", "model_type", "task", "pipeline_tag")) {
        JsonNode kind = entry.path(field);
        String word = kind.isObject() ? Json.text(kind, "name") : Json.text(entry, field);
        if (NO_CHAT.matcher(word).find()) {
          return false;
        }
      }
      JsonNode abilities = entry.path("capabilities");
      JsonNode architecture = entry.path("architecture");
      return abilities.path("completion_chat").asBoolean(true)
          && !NO_CHAT.matcher(Json.text(abilities, "type")).find()
          && !(lacks(abilities, CHAT) && NO_CHAT.matcher(abilities.toString()).find())
          && !lacks(entry.path("endpoints"), CHAT)
          && !lacks(entry.path("supported_endpoints"), CHAT)
          && !lacks(entry.path("supportedGenerationMethods"), CHAT)
          && !lacks(architecture.path("input_modalities"), Pattern.compile("text"))
          && !lacks(architecture.path("output_modalities"), Pattern.compile("text"));
    }

    /** Whether the field is a list of words and none of them matches. */
    private static boolean lacks(JsonNode words, Pattern wanted) {
      return words.isArray()
          && !words.isEmpty()
          && words.valueStream().allMatch(JsonNode::isString)
          && !wanted.matcher(words.toString()).find();
    }
  }
}
