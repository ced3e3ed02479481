package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A log with nothing in it, where each event says where it was first written: {@code a3} is the
 * event 3 of the stream that is called a. What works in the background elsewhere is stepped here.
 */
final class Shelf implements AutoCloseable {

  static final Principal ANN = new Principal("ann");
  static final Ending DONE =
      new Ending(StreamState.DONE, Optional.empty(), Optional.empty(), Optional.empty());

  private final Access access = TestNode.newDatabase();
  private final TestNode node = TestNode.reading(access);

  Access access() {
    return access;
  }

  Database database() {
    return node.engine().database();
  }

  StreamLog log() {
    return node.engine().log();
  }

  TestNode node() {
    return node;
  }

  Streams streams() {
    return node.engine().streams();
  }

  StreamRef open(String name, int events) throws InterruptedException {
    StreamRef ref = database().tx(tx -> streams().create(tx, stream()));
    write(ref, name, events);
    return ref;
  }

  StreamRef ended(String name, int events) throws InterruptedException {
    StreamRef ref = open(name, events);
    end(ref);
    return ref;
  }

  /** Writes as many events, in several flushes. */
  void write(StreamRef ref, String name, int events) throws InterruptedException {
    try (StreamWriter writer = streams().open(ref.id()).orElseThrow()) {
      for (int n = 0; n < events; n++) {
        writer.append(bytes(name + writer.next()));
        if (n % 3 == 2) {
          writer.flush();
        }
      }
    }
  }

  void end(StreamRef ref) throws InterruptedException {
    try (StreamWriter writer = streams().open(ref.id()).orElseThrow()) {
      writer.end(List.of(), DONE);
    }
  }

  StreamRef fork(StreamRef source, long at, String... own) {
    List<byte[]> partial = Stream.of(own).map(Shelf::bytes).toList();
    return database().tx(tx -> node.engine().forks().fork(tx, stream(), source.id(), at, partial));
  }

  boolean remove(StreamRef ref) {
    return database().tx(tx -> node.engine().removal().remove(tx, ref.id()));
  }

  void sweep() {
    Sweeper sweeper = new Sweeper(database());
    while (sweeper.step().isZero()) {
      // There may be more.
    }
  }

  /** Packs all that has ended. */
  void pack() {
    Packer packer = new Packer(database(), Duration.ZERO);
    while (packer.step().isZero()) {
      // There may be more.
    }
  }

  long count(String table) {
    return database()
        .list("SELECT count(*) FROM everbrook." + table, row -> row.getLong(1))
        .getFirst();
  }

  private static NewStream stream() {
    return new NewStream(ANN, "test", "text/plain", List.of());
  }

  /** What a reader gets who begins at {@code from} and reads in small pages. */
  String read(StreamRef ref, long from) {
    return String.join(" ", words(ref, from, 20));
  }

  List<String> words(StreamRef ref, long from, int bytesMax) {
    List<String> words = new ArrayList<>();
    Page page;
    long next = from;
    do {
      page = log().read(ref.id(), next, bytesMax);
      assertThat(page.entries().first()).isEqualTo(next);
      page.entries().events().forEach(it -> words.add(new String(it, StandardCharsets.UTF_8)));
      next = page.entries().next();
    } while (!page.entries().isEmpty() && !page.ended());
    return words;
  }

  /** How many rows hang on streams, in all tables. */
  long rows() {
    return database()
        .list(
            """
            SELECT (SELECT count(*) FROM everbrook.stream) + (SELECT count(*) FROM everbrook.chunk)
                 + (SELECT count(*) FROM everbrook.segment)
                 + (SELECT count(*) FROM everbrook.answer)
            """,
            row -> row.getLong(1))
        .getFirst();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    node.close();
  }
}
