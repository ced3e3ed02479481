package dev.everbrook.model;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Reads the finish words of providers. Case, underscores and an enum's name before the word ({@code
 * FinishReason.MAX_TOKENS}) are ignored.
 */
final class Reasons {

  private static final int WORD_MAX = 100;

  /** The fields with the word; vLLM fills the first, and the last with the stop sequence. */
  private static final List<String> FIELDS =
      List.of("finish_reason", "finishReason", "finish_details", "stop_reason");

  private static final Map<String, FinishReason> KNOWN = new HashMap<>();

  static {
    know(
        new FinishReason.Stop(),
        "stop stopped end ended eos eostoken eosfound eot eom endturn endofturn endoftext"
            + " stopsequence stopsequences stoptoken stopstring stopstringfound stopword complete"
            + " completed done finish finished normal normalstop success succeeded true");
    know(
        new FinishReason.Length(),
        "length maxlength maxtoken maxtokens maxoutputtokens maxnewtokens maxcompletiontokens"
            + " maxpredictedtokensreached tokenlimit tokenlimitreached limit errorlimit modellength"
            + " contextlength contextlengthexceeded contextlengthreached contextwindow"
            + " contextwindowexceeded exceededcontextwindow modelcontextwindowexceeded truncated"
            + " lengthlimit limitreached maxtokensreached outputlimit outputtokenlimit");
    know(
        new FinishReason.ToolCalls(),
        "toolcalls toolcall tooluse tools tool functioncall functioncalls function requiresaction");
    know(
        new FinishReason.ContentFilter(),
        "contentfilter contentfiltered contentfiltering filter filtered safety imagesafety"
            + " recitation imagerecitation blocklist prohibitedcontent imageprohibitedcontent spii"
            + " sensitive refusal refused errortoxic toxic guardrail guardrails"
            + " guardrailintervened moderation contentmoderation moderated blocked censored"
            + " modelarmor contentpolicy contentpolicyviolation policyviolation"
            + " responsibleaipolicy");
  }

  /** Words with which a provider breaks off an answer. */
  private static final Set<String> BROKEN_OFF =
      Set.of(
          "error errors servererror internalerror engineerror networkerror insufficientsystemresource abort aborted cancel cancelled canceled usercancel userstopped timeout timedout failed failure exception interrupted overloaded unavailable modelunloaded"
              .split(" ", -1));

  /** Words on chunks that do not end the answer. */
  private static final Set<String> NONE =
      Set.of(
          " 0 null none nil undefined false unspecified notfinished unfinished inprogress running generating pending streaming continue"
              .split(" ", -1));

  private Reasons() {}

  /** The finish word in a choice; empty if the choice does not end the answer. */
  static String word(JsonNode choice) {
    return Stream.of(choice, choice.path("delta"), choice.path("message"))
        .map(Reasons::stated)
        .filter(word -> !word.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** The finish word in the object's own fields. */
  static String stated(JsonNode place) {
    for (String field : FIELDS) {
      String word = text(place.path(field));
      if (!word.isEmpty() && !NONE.contains(key(word))) {
        return word;
      }
    }
    return "";
  }

  static Optional<FinishReason> of(String word) {
    String key = key(word);
    if (NONE.contains(key) || BROKEN_OFF.contains(key)) {
      return Optional.empty();
    }
    FinishReason known = KNOWN.get(key);
    return Optional.of(known == null ? new FinishReason.Other(fit(word)) : known);
  }

  /** Whether the word says that the provider gave up in the middle. */
  static boolean brokenOff(String word) {
    return BROKEN_OFF.contains(key(word));
  }

  private static String text(JsonNode said) {
    if (said.isArray()) {
      return said.isEmpty() ? "" : text(said.get(0));
    }
    if (said.isObject()) {
      return Json.scalar(said, said.has("type") ? "type" : "reason");
    }
    return said.isValueNode() && !said.isNull() ? said.asString("") : "";
  }

  private static String key(String word) {
    StringBuilder key = new StringBuilder();
    word.toLowerCase(Locale.ROOT)
        .codePoints()
        .limit(WORD_MAX)
        .filter(Character::isLetterOrDigit)
        .forEach(key::appendCodePoint);
    for (String prefix : new String[] {"finishreason", "stopreason"}) {
      if (key.length() > prefix.length() && key.indexOf(prefix) == 0) {
        key.delete(0, prefix.length());
      }
    }
    return key.toString();
  }

  /** The word as sent, but shortened and on one line. */
  private static String fit(String word) {
    StringBuilder fit = new StringBuilder();
    word.strip()
        .codePoints()
        .limit(WORD_MAX)
        .forEach(c -> fit.appendCodePoint(Json.isFit(c) ? c : 0xFFFD));
    return fit.toString();
  }

  private static void know(FinishReason reason, String words) {
    for (String word : words.split(" ", -1)) {
      KNOWN.put(word, reason);
    }
  }
}
