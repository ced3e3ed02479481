package dev.everbrook.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The order of the rooms, as ARCHITECTURE.md draws it. */
class RoomOrderTest {

  @Test
  void everyRoomUsesOnlyRoomsBeforeIt() throws IOException {
    List<Source> sources = Tree.sources();
    assertThat(sources.stream().filter(Source::isMain)).as("the sources were found").isNotEmpty();
    assertThat(sources.stream().flatMap(source -> Rooms.broken(source).stream())).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsAndKnowsNoNull() throws IOException {
    List<Source> sources = Tree.sources();
    Set<String> told =
        sources.stream()
            .filter(source -> source.fileName().equals("package-info.java"))
            .filter(source -> source.bare().contains("@NullMarked"))
            .filter(source -> source.text().contains("/**"))
            .map(Source::packageName)
            .collect(Collectors.toSet());
    assertThat(sources.stream().filter(Source::isMain).map(Source::packageName).distinct())
        .as("packages without a package-info.java with @NullMarked and a description")
        .isSubsetOf(told);
  }

  @Test
  void aLaterRoomIsOutOfBounds() {
    assertThat(broken("engine/job", "import dev.everbrook.engine.answer.Answer;"))
        .singleElement()
        .asString()
        .contains("room job must not use room answer");
    assertThat(broken("engine/job", "import dev.everbrook.engine.schedule.Rule;")).hasSize(1);
    assertThat(broken("engine/answer", "import dev.everbrook.engine.job.Jobs;")).isEmpty();
  }

  @Test
  void aNameWithItsPackageCountsLikeAnImport() {
    assertThat(broken("engine/store", "dev.everbrook.engine.stream.Page page;")).hasSize(1);
  }

  @Test
  void roomsSideBySideDoNotUseEachOther() {
    assertThat(broken("engine/job", "import dev.everbrook.engine.stream.Page;")).hasSize(1);
    assertThat(broken("server/api/openai", "import dev.everbrook.server.api.chat.Turn;"))
        .hasSize(1);
    assertThat(broken("server/api/openai", "import dev.everbrook.server.chat.Chat;")).isEmpty();
  }

  @Test
  void onlyTheEngineKnowsTheRoomsBehindTheJobs() {
    String wiring = "import dev.everbrook.engine.job.node.JobNode;";
    assertThat(broken("engine", wiring)).isEmpty();
    assertThat(broken("engine", "import dev.everbrook.engine.job.run.Runner;")).hasSize(1);
    assertThat(broken("engine/job", wiring)).hasSize(1);
    assertThat(broken("engine/schedule", wiring)).hasSize(1);
    assertThat(broken("engine/answer", "import dev.everbrook.engine.job.claim.Claims;")).hasSize(1);
    assertThat(broken("server/api/admin", "import dev.everbrook.engine.job.admin.Sweep;"))
        .hasSize(1);
    assertThat(broken("server/app", wiring)).hasSize(1);
    assertThat(broken("benchmark/jobs", wiring)).hasSize(1);
  }

  @Test
  void theEngineKnowsNeitherServerNorEmbeddedPostgres() {
    assertThat(broken("engine", "import dev.everbrook.server.http.edge.Edge;")).hasSize(1);
    assertThat(broken("engine", "import dev.everbrook.postgres.EmbeddedPostgres;")).hasSize(1);
    assertThat(broken("engine", "import io.vertx.core.Vertx;")).hasSize(1);
  }

  @Test
  void onlyTheEdgeKnowsVertxAndItKnowsNoSql() {
    assertThat(broken("server/chat", "import io.vertx.core.Vertx;")).hasSize(1);
    assertThat(broken("server/http/edge", "import io.vertx.core.Vertx;")).isEmpty();
    assertThat(broken("server/http", "import io.vertx.core.Vertx;")).hasSize(1);
    assertThat(broken("server/http", "import dev.everbrook.server.http.edge.Edge;")).hasSize(1);
    assertThat(broken("server/chat", "import dev.everbrook.server.http.edge.Edge;")).hasSize(1);
    assertThat(broken("server/http", "import java.sql.Connection;")).hasSize(1);
    assertThat(broken("server/http", "import dev.everbrook.engine.answer.Answer;")).hasSize(1);
  }

  @Test
  void aPackageInNoRoomIsRefused() {
    assertThat(broken("engine/misc", "")).singleElement().asString().contains("is in no room");
    assertThat(broken("engine/job", "import dev.everbrook.engine.misc.Thing;")).hasSize(1);
  }

  @Test
  void whatIsOnlyMentionedIsNotUsed() {
    assertThat(broken("engine/job", "/** See dev.everbrook.engine.answer. */")).isEmpty();
    assertThat(broken("engine/job", "String s = \"dev.everbrook.engine.answer\";")).isEmpty();
  }

  @Test
  void theProgramMayUseEverything() {
    assertThat(
            broken(
                "server/app",
                """
                import dev.everbrook.postgres.EmbeddedPostgres;
                import dev.everbrook.server.api.openai.Responses;
                import dev.everbrook.engine.Engine;
                import dev.everbrook.model.ChatModel;
                """))
        .isEmpty();
  }

  private static List<String> broken(String folder, String code) {
    String packageName = "dev.everbrook." + folder.replace('/', '.');
    String path = "x/src/main/java/dev/everbrook/" + folder + "/Sample.java";
    return Rooms.broken(Source.of(path, "package " + packageName + ";\n" + code + "\n"));
  }
}
