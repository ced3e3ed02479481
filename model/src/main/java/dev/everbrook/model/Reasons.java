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
 * Reads the words with which providers end an answer. Case, underscores and the name of the enum
 * before the word ({@code FinishReason.MAX_TOKENS}) do not matter.
 */
final class Reasons {

  private static final int WORD_MAX = 100;

  /** Where the word stands; vLLM names in the last one what stopped it, beside the first. */
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

  /** With these the provider breaks off what it had begun. */
  private static final Set<String> BROKEN_OFF =
      Set.of(
          "error errors servererror internalerror engineerror networkerror insufficientsystemresource abort aborted cancel cancelled canceled usercancel userstopped timeout timedout failed failure exception interrupted overloaded unavailable modelunloaded"
              .split(" ", -1));

  /** These stand on chunks that end nothing. */
  private static final Set<String> NONE =
      Set.of(
          " 0 null none nil undefined false unspecified notfinished unfinished inprogress running generating pending streaming continue"
              .split(" ", -1));

  private Reasons() {}

  /** The word of a choice, wherever it stands there; empty if it ends nothing. */
  static String word(JsonNode choice) {
    return Stream.of(choice, choice.path("delta"), choice.path("message"))
        .map(Reasons::stated)
        .filter(word -> !word.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** The word that an object itself has. */
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

  /** As sent, but short and on one line. */
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
