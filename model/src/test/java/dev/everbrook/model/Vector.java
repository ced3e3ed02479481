package dev.everbrook.model;

import dev.everbrook.model.SseReader.Frame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** A framing vector: the text of a stream, and the frames a reader must make of its bytes. */
record Vector(String name, String text, List<Frame> expected) {

  static final List<Vector> ALL =
      List.of(
          of("lf", "data: {\"a\":1}\n\ndata: [DONE]\n\n", whole("{\"a\":1}"), whole("[DONE]")),
          of("crlf", "data: a\r\n\r\ndata: b\r\n\r\n", whole("a"), whole("b")),
          of("cr only", "data: a\r\rdata: b\r\r", whole("a"), whole("b")),
          of("mixed line ends", "data: a\r\ndata: b\n\rdata: c\r\n\n", whole("a\nb"), whole("c")),
          of("byte order mark", "\uFEFFdata: a\n\n", whole("a")),
          of("no space", "data:a\n\n", whole("a")),
          of("two spaces", "data:  a\n\n", whole(" a")),
          of("several data lines", "data: a\ndata: b\ndata\ndata: c\n\n", whole("a\nb\n\nc")),
          of("comment alone", ": OPENROUTER PROCESSING\n\ndata: a\n\n", whole("a")),
          of("comment between fields", "event: e\n: busy\ndata: a\n:\n\n", named("e", "a")),
          of("other fields", "id: 7\nevent: e\nretry: 10\ndata: a\nnonsense\n\n", named("e", "a")),
          of("no data is no event", "event: e\nid: 1\n\ndata: a\n\n", whole("a")),
          of("empty data", "data:\n\ndata\n\ndata: \n\n", whole(""), whole(""), whole("")),
          of("line separator is text", "data: a\u2028b\u0085c\n\n", whole("a\u2028b\u0085c")),
          of("emoji", "data: 😀漢字é\n\n", whole("😀漢字é")),
          of("bytes after done", "data: [DONE]\n\ndata: x\n\n", whole("[DONE]"), whole("x")),
          of("done without blank line", "data: [DONE]\n", new Frame.Event("", "[DONE]", false)),
          of(
              "last event without blank line",
              "data: a\n\ndata: {\"z\":1}",
              whole("a"),
              new Frame.Event("", "{\"z\":1}", false)),
          of(
              "glued objects",
              "data: {\"a\":1}data: {\"b\":2}\n\n",
              whole("{\"a\":1}data: {\"b\":2}")),
          of("trailing space", "data: a  \t\n\n", whole("a  \t")),
          of("only comments", ":\n\n: b\n\n"),
          of("nothing", ""),
          of("document", "{\"a\":1}", document("{\"a\":1}")),
          of("document of lines", "{\n\r\n [1]\n}\n\n", document("{\n\n [1]\n}")),
          of("document after a comment", ": c\n\n \t{\"a\":\"}\"}\n", document(" \t{\"a\":\"}\"}")),
          of("lines of JSON", "{}\n[]\r\n{}", document("{}"), document("[]"), document("{}")),
          of("document and event", "{}\ndata: a\n\n", document("{}"), whole("a")),
          of("document that is cut", "{\"a\":\n{", new Frame.Document("{\"a\":\n{\n", false)),
          of("brace after data is another field", "data: a\n{}\n\n", whole("a")),
          of("colon in value", "data: a: b\n\n", whole("a: b")),
          of("field with leading space is another field", " data: a\n\ndata: b\n\n", whole("b")));

  byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return name;
  }

  private static Vector of(String name, String text, Frame... expected) {
    return new Vector(
        name, text, Stream.concat(Stream.of(expected), Stream.of(new Frame.End())).toList());
  }

  private static Frame document(String json) {
    return new Frame.Document(json + "\n", true);
  }

  private static Frame whole(String data) {
    return named("", data);
  }

  private static Frame named(String name, String data) {
    return new Frame.Event(name, data, true);
  }
}
