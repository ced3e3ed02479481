package dev.everbrook.simulator;

import java.nio.charset.StandardCharsets;

/** Puts data into server-sent events, as neatly or as oddly as the faults want. For one thread. */
final class Framing {

  private final String lineEnd;
  private final boolean comments;
  private final boolean glue;
  private String lead;
  private String held = "";

  Framing(Faults faults) {
    this.lineEnd = faults.has(Fault.Kind.CRLF) ? "\r\n" : "\n";
    this.comments = faults.has(Fault.Kind.COMMENT);
    this.glue = faults.has(Fault.Kind.GLUE);
    this.lead = faults.has(Fault.Kind.BOM) ? "\uFEFF" : "";
  }

  /** The bytes of one event; none if it is held back to be glued to the next. */
  byte[] event(String data) {
    if (glue && held.isEmpty()) {
      held = data;
      return new byte[0];
    }
    return bytes(held + data);
  }

  /** What is held back, then this event on its own. */
  byte[] last(String data) {
    byte[] before = flush();
    byte[] after = bytes(data);
    byte[] both = new byte[before.length + after.length];
    System.arraycopy(before, 0, both, 0, before.length);
    System.arraycopy(after, 0, both, before.length, after.length);
    return both;
  }

  /** What is held back. */
  byte[] flush() {
    return held.isEmpty() ? new byte[0] : bytes(held);
  }

  private byte[] bytes(String data) {
    held = "";
    StringBuilder frame = new StringBuilder(lead);
    lead = "";
    if (comments) {
      frame
          .append(": SIMULATED PROCESSING")
          .append(lineEnd)
          .append(lineEnd)
          .append(": again")
          .append(lineEnd);
    }
    frame.append("data: ").append(data).append(lineEnd);
    if (comments) {
      frame.append(":").append(lineEnd);
    }
    return frame.append(lineEnd).toString().getBytes(StandardCharsets.UTF_8);
  }
}
