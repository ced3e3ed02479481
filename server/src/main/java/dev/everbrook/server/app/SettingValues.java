package dev.everbrook.server.app;

import dev.everbrook.engine.text.Excerpt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The given settings: environment variables, and flags of the same names, which take precedence. A
 * secret is accepted from the environment only. Collects all errors, so that one start reports all
 * of them. Used by one thread, at the start.
 */
final class SettingValues {

  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,10}");

  /** The most characters of a wrong value that are shown. */
  private static final int SHOWN_MAX = 60;

  /** The names of secret settings. */
  private static final Pattern SECRET = Pattern.compile("_(TOKEN|KEY|PASSWORD|SECRET)$");

  private static final Pattern PASSWORD =
      Pattern.compile(
          "(?i)//.*:.*@|[?&][a-z_-]*(password|passwd|pwd|token|secret|key|sig|signature|code)=.");

  private static final Pattern ESCAPE = Pattern.compile("%[0-9a-fA-F]{2}");

  /** All valid names; a flag with another name is an error. */
  private final Set<String> names;

  private final Map<String, String> values = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  SettingValues(Set<String> names, Map<String, String> environment, List<String> flags) {
    this.names = names;
    names.forEach(name -> {
      String value = environment.get(name);
      if (value != null && !value.isBlank()) {
        values.put(name, value.strip());
      }
    });
    for (int i = 0; i < flags.size(); i++) {
      i += flag(flags, i);
    }
  }

  /**
   * Reads {@code --everbrook-port=9000} or {@code --EVERBROOK_PORT 9000}; returns the number of
   * further arguments used.
   */
  private int flag(List<String> flags, int at) {
    String flag = flags.get(at);
    int equals = flag.indexOf('=');
    String raw = equals < 0 ? flag : flag.substring(0, equals);
    String name = raw.replaceFirst("^--", "").replace('-', '_').toUpperCase(Locale.ROOT);
    boolean another = equals < 0 && at + 1 < flags.size();
    boolean separate = another && !flags.get(at + 1).startsWith("--");
    if (!raw.startsWith("--")) {
      // The argument is not shown: it may be a key whose flag was mistyped.
      problems.add("a flag must begin with --; the flags are " + flagNames());
      return 0;
    }
    if (SECRET.matcher(name).find() && names.contains(name)) {
      problems.add(secret(name));
      return another ? 1 : 0; // a secret may begin with --
    }
    if (!names.contains(name)) {
      problems.add("the flag '" + shown(raw) + "' is not known; the flags are " + flagNames());
      return separate ? 1 : 0;
    }
    String value = separate ? flags.get(at + 1) : flag.substring(Math.max(equals, 0) + 1);
    if (equals < 0 && !separate || value.isBlank()) {
      problems.add("the flag '" + raw + "' needs a value, as in " + raw + "=VALUE");
      return separate ? 1 : 0;
    }
    if (hasPassword(value)) {
      problems.add(secret(name));
    } else {
      values.put(name, value.strip());
    }
    return separate ? 1 : 0;
  }

  private static String secret(String name) {
    return name
        + " holds a secret and is not taken as a flag, since the list of processes shows flags to"
        + " everyone on the machine; set it in the environment";
  }

  /** Whether a URL holds a password, for its user or among its parameters, escaped or not. */
  private static boolean hasPassword(String value) {
    return PASSWORD.matcher(value).find() || PASSWORD.matcher(unescaped(value)).find();
  }

  private static String unescaped(String url) {
    return ESCAPE
        .matcher(url)
        .replaceAll(it ->
            Matcher.quoteReplacement(
                String.valueOf((char) Integer.parseInt(it.group().substring(1), 16))));
  }

  /** The name of a mistyped flag only, since the text after it may be a key. */
  private static String shown(String flag) {
    return flag.replaceFirst("(?s)^(--[A-Za-z_-]{0,40}).*", "$1");
  }

  private String flagNames() {
    List<String> flags = new ArrayList<>();
    new TreeSet<>(names)
        .stream()
            .filter(name -> !SECRET.matcher(name).find())
            .forEach(name -> flags.add("--" + name.toLowerCase(Locale.ROOT).replace('_', '-')));
    flags.add("--help");
    return String.join(", ", flags);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** A value from a list of words. */
  String choice(String name, String otherwise, List<String> allowed) {
    String value = text(name).orElse(otherwise);
    if (!allowed.contains(value)) {
      wrong(name, "be one of " + String.join(", ", allowed), value);
      return otherwise;
    }
    return value;
  }

  /** A whole number of at most ten digits from 0 to 9. */
  int number(String name, int otherwise, int min, int max) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return otherwise;
    }
    if (WHOLE.matcher(value.get()).matches()) {
      long number = Long.parseLong(value.get());
      if (number >= min && number <= max) {
        return (int) number;
      }
    }
    wrong(name, "be " + min + " to " + max, value.get());
    return otherwise;
  }

  void wrong(String name, String must, String was) {
    String line = was.replaceAll("\\p{Cntrl}", " ");
    problems.add(name + " must " + must + ", was '" + Excerpt.of(line, SHOWN_MAX) + "'");
  }

  void problem(String line) {
    problems.add(line);
  }

  /** Throws if there was an error. */
  void check() {
    if (!problems.isEmpty()) {
      throw new Misconfigured(problems);
    }
  }
}
