package dev.everbrook.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A page of the documentation, by its path in the repository. */
record Document(String path, String text) {

  static final Path ROOT = Path.of(System.getProperty("everbrook.root", ".."));

  static Document of(String path) throws IOException {
    return new Document(path, Files.readString(ROOT.resolve(path)));
  }

  /** The contents of its fenced blocks in this language, in their order. */
  List<String> blocks(String language) {
    return Pattern.compile("(?s)(?m)^```" + language + "\\n(.*?)^```$")
        .matcher(text)
        .results()
        .map(it -> it.group(1))
        .toList();
  }

  /** The one block in this language that contains this text. */
  String block(String language, String part) {
    List<String> found = blocks(language).stream().filter(it -> it.contains(part)).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          path + " has " + found.size() + " blocks of " + language + " with '" + part + "', not 1");
    }
    return found.getFirst();
  }
}
