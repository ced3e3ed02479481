package dev.everbrook.architecture;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The list of bans. To add one, say what to do instead and give a file it catches. */
final class Bans {
  private static final String JOB = "engine/src/main/java/dev/everbrook/engine/job/Sample.java";
  private static final String WORLD = "engine/src/main/java/dev/everbrook/engine/world/Sample.java";
  private static final String CHAT = "server/src/main/java/dev/everbrook/server/chat/Sample.java";
  private static final String TEST =
      "engine/src/test/java/dev/everbrook/engine/job/SampleTest.java";
  private static final String BENCHMARK =
      "benchmark/src/main/java/dev/everbrook/benchmark/Sample.java";

  /** A statement may be joined from text blocks and constants, and from nothing else. */
  private static final String JOINED =
      "(\\+(?!\\s*(?:\"|(?:[A-Z]\\w*\\.)?[A-Z][A-Z0-9_]*\\b))|\\.formatted\\()";

  /** This list names what it bans. */
  private static final Predicate<Source> NOT_HERE = source -> !source.isIn("architecture");

  private static final Predicate<Source> JAVA = NOT_HERE.and(Source::isJava);
  private static final Predicate<Source> MAIN = Source::isMain;
  private static final Predicate<Source> WORLDLY =
      MAIN.and(source -> source.isIn("engine") || source.isIn("server"))
          .and(source -> !source.path().contains("/engine/world/"));
  private static final Predicate<Source> OWN_TEXT =
      NOT_HERE.and(source ->
          Set.of("java", "ts", "css", "sql", "jte", "sh", "xml", "mjs")
              .contains(source.path().replaceAll(".*\\.", "")));

  static final List<Ban> ALL =
      List.of(
          worldly(
              "the clock",
              "\\b(Instant|LocalDate|LocalDateTime|ZonedDateTime|OffsetDateTime)" + "\\.now\\(",
              "Instant.now()",
              "ask World for the time"),
          worldly(
              "the stopwatch",
              "\\bSystem\\.(nanoTime|currentTimeMillis)\\(",
              "System.nanoTime()",
              "ask World for the time"),
          worldly(
              "chance",
              "\\b(new Random\\(|Math\\.random\\(|ThreadLocalRandom\\b|new" + " SecureRandom\\()",
              "new Random(7)",
              "ask World for chance"),
          worldly(
              "made-up ids", "\\bUUID\\.randomUUID\\(", "UUID.randomUUID()", "ask World for an id"),
          worldly(
              "sleep",
              "\\b(Thread|TimeUnit\\.[A-Z]+)\\.sleep\\(",
              "Thread.sleep(5)",
              "rest in a Loop, or ask World"),
          bare(
              "sleep in a test",
              "\\b(Thread|TimeUnit\\.[A-Z]+)\\.sleep\\(",
              JAVA.and(Source::isTest),
              "wait on a signal (a latch, a queue, a future)",
              java(TEST, "Thread.sleep(5);"),
              java(TEST, "latch.await(5, SECONDS);")),
          bare(
              "chance without a seed",
              "\\bnew Random\\(\\s*\\)",
              JAVA,
              "give a seed and print it",
              java(TEST, "new Random();"),
              java(TEST, "new Random(seed);")),
          bare(
              "printing",
              "\\b(System\\.(out|err)\\b|printStackTrace\\()",
              JAVA.and(source -> !source.bare().contains(" static void main("))
                  .and(source -> !source.isIn("benchmark")),
              "log with SLF4J; only a file with a main, or the benchmark, prints",
              java(JOB, "System.out.println();"),
              java(BENCHMARK, "System.out.println();")),
          bare(
              "the old dates",
              "\\b(java\\.util\\.(Date|Calendar)\\b|SimpleDateFormat\\b)",
              JAVA,
              "use java.time",
              java(JOB, "import java.util.Date;"),
              java(JOB, "import java.time.Instant;")),
          bare(
              "a name without an idea",
              "\\b(class|interface|record|enum)\\s+(\\w*(Manager|Utils?|Helper|Impl|Service)|"
                  + "Abstract[A-Z]\\w*|I[A-Z][a-z]\\w*)\\b",
              JAVA,
              "name the idea: a noun of the domain",
              java(JOB, "final class JobHelper {}"),
              java(JOB, "final class Rescuer {} record Item() {}")),
          bare(
              "a wildcard import",
              "(?m)^import (static )?[\\w.]+\\*;",
              JAVA,
              "name what is imported",
              java(JOB, "import java.util.*;"),
              java(JOB, "import java.util.List;")),
          glued(
              "glued SQL",
              "(?s)\"[^\"\\n]*\\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) [^\"\\n]*\"\\s*" + JOINED,
              "String s = \"SELECT id FROM job WHERE id = \" + id;"),
          glued(
              "glued SQL in a text block",
              "(?s)\"\"\"\\s*(WITH|SELECT|INSERT INTO|UPDATE|DELETE FROM)\\b(?:(?!\"\"\").)*\"\"\""
                  + "\\s*"
                  + JOINED,
              "String s = \"\"\"\n  SELECT id FROM job\n  \"\"\".formatted(id);"),
          glued(
              "formatted SQL",
              "(?s)String\\.format\\(\\s*\"+\\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\\b",
              "String.format(\"SELECT %s\", id);"),
          new Ban(
              "a wide catch",
              Pattern.compile(
                  "\\bcatch \\([^)]*\\b(Exception|Throwable|RuntimeException|Error)\\b"
                      + "(?!.*// wide: \\w)[^)]*\\).*"),
              Source::text,
              MAIN.and(Bans::mustCatchNarrowly),
              "catch what you expect; if it must be wide, say why on the line: // wide: why",
              java(JOB, "try { } catch (RuntimeException e) { }"),
              java(JOB, "try { } catch (RuntimeException e) { // wide: a handler is foreign code")),
          new Ban(
              "unfinished work",
              Pattern.compile("\\b(TODO|FIXME|XXX)\\b|@Disabled\\b"),
              Source::text,
              OWN_TEXT,
              "finish it, or open an issue",
              java(JOB, "// TODO later"),
              java(JOB, "// done")),
          new Ban(
              "a long file",
              Pattern.compile("(?s)\\A(?:[^\\n]*\\n){400}.*[^\\n]"),
              source -> source.text().stripTrailing(),
              OWN_TEXT,
              "400 lines are the most: split it by ideas",
              java(JOB, "int i;\n".repeat(401)),
              java(JOB, "int i;\n".repeat(400))),
          new Ban(
              "a path of one machine",
              Pattern.compile("(?<![\\w./*-])/(work|root)/"),
              Source::text,
              NOT_HERE,
              "name a path inside the repository",
              Source.of("README.md", "see /work/notes"),
              Source.of("README.md", "GET /v1/work/1")),
          new Ban(
              "the address of a registry",
              Pattern.compile(
                  "registry\\.npmjs|repo1?\\.maven\\.|central\\.sonatype"
                      + "|registry\\.yarnpkg|pypi\\.org|files\\.pythonhosted"),
              Source::text,
              NOT_HERE,
              "leave it to each machine's configuration",
              Source.of("pom.xml", "<url>https://repo.maven.apache.org/maven2</url>"),
              Source.of("pom.xml", "<version>1</version>")),
          new Ban(
              "where a package came from",
              Pattern.compile("\"resolved\"\\s*:"),
              Source::text,
              source -> source.fileName().equals("package-lock.json"),
              "npm config set omit-lockfile-registry-resolved true, then npm install",
              Source.of("web/package-lock.json", "\"resolved\": \"https://…\""),
              Source.of("web/package-lock.json", "\"integrity\": \"sha512-…\"")));

  private Bans() {}

  private static boolean mustCatchNarrowly(Source source) {
    return !source.path().endsWith("/engine/world/Loop.java")
        && !source.path().contains("/server/http/");
  }

  /** What only room world may do. */
  private static Ban worldly(String name, String pattern, String code, String instead) {
    return bare(name, pattern, WORLDLY, instead, java(CHAT, code + ";"), java(WORLD, code + ";"));
  }

  private static Ban glued(String name, String pattern, String code) {
    Function<Source, String> withStrings = Source::code;
    return new Ban(
        name,
        Pattern.compile(pattern),
        withStrings,
        MAIN.and(NOT_HERE),
        "write one text block, or join constants, and bind the values",
        java(JOB, code),
        java(
            JOB,
            """
            String s = \"""
              SELECT id FROM job WHERE id = ?
              \"""
              + Other.TAIL + "SELECT 1" + TAIL; int i = a + b;
            """));
  }

  /** A ban on code as it runs: what comments and strings say does not count. */
  private static Ban bare(
      String name,
      String pattern,
      Predicate<Source> where,
      String instead,
      Source bad,
      Source good) {
    return new Ban(name, Pattern.compile(pattern), Source::bare, where, instead, bad, good);
  }

  private static Source java(String path, String code) {
    return Source.of(path, code);
  }
}
