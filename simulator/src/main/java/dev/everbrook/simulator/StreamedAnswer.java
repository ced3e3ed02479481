package dev.everbrook.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Says one answer token by token, with whatever goes wrong on the way. For one thread. */
final class StreamedAnswer {

  private static final int SLOW_SECONDS = 10;

  /** A reset makes the client's system throw away what the client has not read; let it read. */
  private static final Duration BEFORE_RESET = Duration.ofMillis(100);

  private static final String ERROR =
      "{\"error\":{\"message\":\"simulated failure in the middle of an answer\","
          + "\"type\":\"server_error\",\"code\":502}}";

  private final Script script;
  private final Faults faults;
  private final Profile profile;
  private final Pace pace;
  private final boolean usageAsked;
  private final Chunks chunks;
  private final Framing framing;
  private final Client client;
  private int sent;

  StreamedAnswer(Script script, Faults faults, Plan plan, Client client) {
    this.script = script;
    this.faults = faults;
    this.profile = plan.profile();
    this.pace = plan.pace();
    this.usageAsked = plan.usageAsked();
    this.chunks = new Chunks(plan.call(), script);
    this.framing = new Framing(faults);
    this.client = client;
  }

  /** What a stream needs to know besides its words. */
  record Plan(Call call, Profile profile, Pace pace, boolean usageAsked) {}

  /** Says all; returns whether the connection can serve another request. */
  boolean say() throws IOException, InterruptedException {
    client.begin(faults.has(Fault.Kind.SPLIT));
    client.write(framing.event(chunks.role()), 0);
    int extra = faults.find(Fault.Kind.SLOW).map(slow -> slow.atOr(SLOW_SECONDS)).orElse(0);
    if (!client.pause(pace.first(extra))) {
      return false;
    }
    return think() && speak() && refuse() && call() && finish();
  }

  private boolean think() throws IOException, InterruptedException {
    for (String token : script.said().thinking()) {
      if (!send(chunks.thinking(token), 1)) {
        return false;
      }
    }
    return true;
  }

  private boolean speak() throws IOException, InterruptedException {
    List<String> tokens = script.said().text();
    int at = 0;
    while (at < tokens.size()) {
      if (struck(at)) {
        return false;
      }
      int end = burst(at);
      if (!send(chunks.text(String.join("", tokens.subList(at, end))), end - at)) {
        return false;
      }
      at = end;
    }
    return !struck(at);
  }

  private boolean refuse() throws IOException, InterruptedException {
    List<String> refusal = script.said().refusal();
    return refusal.isEmpty() || send(chunks.refusal(String.join("", refusal)), refusal.size());
  }

  private boolean call() throws IOException, InterruptedException {
    int at = 0;
    for (int index = 0; index < script.said().calls().size(); index++) {
      ToolCall call = script.said().calls().get(index);
      client.write(framing.event(chunks.call(index, call)), 0);
      for (String token : Answer.tokens(call.arguments())) {
        if (at > 0 && struck(at) || !send(chunks.arguments(index, token), 1)) {
          return false;
        }
        at++;
      }
    }
    return at == 0 || !struck(at);
  }

  /** How far this chunk goes: never past a token at which something goes wrong. */
  private int burst(int at) {
    int end = at + 1;
    while (end < script.said().text().size() && end - at < profile.burstMax() && !strikesAt(end)) {
      end++;
    }
    return end;
  }

  private boolean send(String chunk, int tokens) throws IOException, InterruptedException {
    sent += tokens;
    boolean counts = faults.has(Fault.Kind.USAGE_TWICE);
    client.write(framing.event(counts ? chunks.counting(chunk, sent) : chunk), tokens);
    return client.pause(pace.next(tokens));
  }

  private boolean finish() throws IOException {
    if (!faults.has(Fault.Kind.NO_FINISH)) {
      client.write(framing.event(chunks.finish(script.reason())), 0);
    }
    if (usageAsked) {
      client.write(framing.event(chunks.usage(sent)), 0);
    }
    if (usageAsked && faults.has(Fault.Kind.USAGE_TWICE)) {
      client.write(framing.event(chunks.usage(sent)), 0);
    }
    boolean done = !faults.has(Fault.Kind.NO_DONE);
    client.write(done ? framing.last("[DONE]") : framing.flush(), 0);
    client.end(!faults.has(Fault.Kind.NO_FINISH));
    return true;
  }

  /** How many tokens a fault's number is about: of the text, or of the calls instead. */
  private int all() {
    Script.Said said = script.said();
    return said.calls().isEmpty() ? said.text().size() : said.tokens() - said.thinking().size();
  }

  private boolean strikesAt(int at) {
    int all = all();
    return faults.strikes(Fault.Kind.DROP, at, all)
        || faults.strikes(Fault.Kind.EOF, at, all)
        || faults.strikes(Fault.Kind.STALL, at, all)
        || faults.strikes(Fault.Kind.ERROR_MIDWAY, at, all)
        || faults.strikes(Fault.Kind.BAD_JSON, at, all);
  }

  /** Lets happen what happens at this token; true if nothing more is to be said. */
  private boolean struck(int at) throws IOException, InterruptedException {
    int all = all();
    if (!strikesAt(at)) {
      return false;
    }
    client.write(framing.flush(), 0);
    if (faults.strikes(Fault.Kind.DROP, at, all)) {
      byte[] frame = framing.last(chunks.text("never whole"));
      client.write(Arrays.copyOf(frame, frame.length / 2), 0);
      client.pause(BEFORE_RESET.toNanos());
      client.reset();
    } else if (faults.strikes(Fault.Kind.STALL, at, all)) {
      client.waitUntilGone();
    } else if (faults.strikes(Fault.Kind.EOF, at, all)) {
      client.end(false);
    } else {
      boolean error = faults.strikes(Fault.Kind.ERROR_MIDWAY, at, all);
      client.write(
          error
              ? framing.last(ERROR)
              : "data: {\"choices\":[{]}\n\n".getBytes(StandardCharsets.UTF_8),
          0);
      client.end(false);
    }
    return true;
  }
}
