package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.DatabaseLine;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors are pages for browsers and JSON for programs. */
class ErrorPagesTest {

  private static final String BROWSER =
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

  private static Scene scene;
  private static DatabaseLine line;

  @BeforeAll
  static void open() throws Exception {
    scene = Scene.empty(UnaryOperator.identity());
    line = DatabaseLine.to(scene.told());
    scene.another(line::through);
  }

  @AfterAll
  static void close() throws Exception {
    line.mend();
    scene.close();
    line.close();
  }

  private static void assertPage(Http.Answered answered, int status) {
    assertThat(answered.status()).isEqualTo(status);
    assertThat(answered.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(answered.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(answered.headers().firstValue("content-security-policy")).isPresent();
    assertThat(answered.body()).startsWith("<!DOCTYPE html>").contains("<h1>");
  }

  private static void assertJson(Http.Answered answered, int status) {
    assertThat(answered.status()).isEqualTo(status);
    assertThat(answered.headers().firstValue("content-type").orElse("")).contains("json");
    assertThat(answered.body()).startsWith("{");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing/here",
        "/c/not-an-id",
        "/c/00000000-0000-7000-8000-000000000000",
        "/assets/none.js",
        "/chat/00000000-0000-7000-8000-000000000000",
        "/v1/streams/00000000-0000-7000-8000-000000000000"
      })
  void aBrowserThatFindsNothingIsShownAPage(String path) throws Exception {
    Http.Answered page = scene.http().get(path, "Accept", BROWSER);
    assertPage(page, 404);
    assertThat(page.body()).doesNotContain("http-equiv", "<page-again>");
  }

  @Test
  void whatAnAddressSaysIsTextOnThePage() throws Exception {
    Http.Answered page = scene.http().get("/a%3Cb%3E'%22/%3Cscript%3E", "Accept", BROWSER);
    assertPage(page, 404);
    assertThat(page.body()).doesNotContain("<b>", "<script>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "none                                  | json",
        "*/*                                   | json",
        "application/json                      | json",
        "application/json, text/html;q=0.5     | json",
        "text/html;q=0                         | json",
        "text/html;q=0.0, */*                  | json",
        "text/htmlx                            | json",
        "text/html                             | html",
        "TEXT/HTML;level=1;q=0.3, */*;q=0.1    | html",
        "application/json;q=0.1,text/html;q=.5 | html",
        "application/xml, text/html; q=0.7     | html"
      })
  void whatIsAcceptedDecides(String accept, String form) throws Exception {
    Http.Answered answered =
        accept == null
            ? scene.http().get("/nothing")
            : scene.http().get("/nothing", "Accept", accept);
    if (form.equals("html")) {
      assertPage(answered, 404);
    } else {
      assertJson(answered, 404);
    }
  }

  @Test
  void whatIsPostedAndWhatHasAFormOfItsOwnIsAnsweredInThat() throws Exception {
    assertJson(scene.http().post("/chat", "{}", "Accept", BROWSER), 400);
    assertJson(scene.http().get("/v1/responses/none", "Accept", BROWSER), 404);
  }

  @Test
  void whileTheDatabaseIsAwayPagesComeBackByThemselvesAndProgramsGetJson() throws Exception {
    line.breaks(DatabaseLine.Break.CUT);
    try {
      Http http = scene.http();
      List<Http.Answered> all =
          together(
              List.of(
                  () -> http.get("/", "Accept", BROWSER),
                  () -> http.get("/?again=59", "Accept", BROWSER),
                  () -> http.get("/?again=60", "Accept", BROWSER),
                  () -> http.get("/?again=-1x", "Accept", BROWSER),
                  () -> http.get("/chats", "Accept", "application/json")));
      assertPage(all.getFirst(), 503);
      assertThat(all.getFirst().headers().firstValue("retry-after")).isPresent();
      assertThat(all.getFirst().body()).contains("<page-again>", "content=\"5; url=?again=1\"");
      assertThat(all.get(1).body()).contains("?again=60");
      assertThat(all.get(2).body()).doesNotContain("http-equiv");
      assertThat(all.get(3).body()).contains("?again=1\"");
      assertJson(all.get(4), 503);
      Http.Answered pulse = scene.http().get("/pulse");
      assertThat(pulse.status()).isEqualTo(200);
      assertThat(pulse.json().path("works").asBoolean(true)).isFalse();
      assertThat(pulse.json().path("message").asString()).contains("database");
    } finally {
      line.mend();
    }
    scene.server().awaitReady();
    assertThat(scene.http().get("/pulse").json().path("works").asBoolean(false)).isTrue();
  }

  /** Each waits for the database as long as the others. */
  private static List<Http.Answered> together(List<Callable<Http.Answered>> gets) throws Exception {
    List<Http.Answered> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Http.Answered> get : threads.invokeAll(gets)) {
        answers.add(get.get());
      }
    }
    return answers;
  }
}
