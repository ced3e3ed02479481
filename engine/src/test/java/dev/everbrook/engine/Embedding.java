package dev.everbrook.engine;

import dev.everbrook.engine.answer.Answer;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.answer.Transcript;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.model.ApiKey;
import dev.everbrook.model.Message;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Provider;
import java.io.PrintStream;
import java.net.URI;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/** An application that embeds the engine. */
final class Embedding {

  private Embedding() {}

  static void run(DataSource source, URI provider, String model, PrintStream out) throws Exception {
    try (OpenAiModel models = new OpenAiModel(Provider.of(provider, ApiKey.none()));
        Engine engine = Engine.start(source, models, EngineSettings.DEFAULT);
        Connection connection = source.getConnection()) {

      connection.setAutoCommit(false);
      // … your own statements …
      Question question =
          new Question(new Principal("ann"), model, List.of(Message.user("Why is the sky blue?")));
      Answer answer = engine.answers().ask(connection, question);
      connection.commit(); // stream and job exist from here on, or not at all

      Transcript transcript = new Transcript();
      try (Tail tail = engine.tails().follow(answer.stream(), 0)) {
        boolean ended = false;
        while (!ended) {
          var page = tail.next(Duration.ofSeconds(30)); // wakes when events have become durable
          transcript.add(page.entries());
          ended = page.ended();
        }
      }
      out.println(transcript.text());
      Head head = engine.log().headOf(answer.stream().id());
      if (head.state() != StreamState.DONE) { // cut is not done
        out.println("not whole: " + head.state() + head.error().map(it -> ", " + it).orElse(""));
      }
    }
  }
}
