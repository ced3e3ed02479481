package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.channel.Append;
import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.Creation;
import dev.everbrook.engine.channel.ForkPoint;
import dev.everbrook.engine.channel.Lifetime;
import dev.everbrook.engine.channel.NewChannel;
import dev.everbrook.engine.channel.Producer;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What tests of channels need: two nodes over one database, which one class has at a time. */
@ResourceLock("two nodes")
public abstract class OnTwoNodes {

  static final Principal ANN = new Principal("ann");
  public static final Principal BOB = new Principal("bob");
  public static final ContentType TEXT = new ContentType("text/plain");
  public static final ContentType JSON = new ContentType("application/json");
  public static final Duration SOON = Duration.ofSeconds(10);
  public static final Duration GONE_AFTER = Duration.ofHours(1);

  public static TestNode one;
  public static TestNode two;
  static int names;

  @BeforeAll
  static void start() {
    Access access = TestNode.newDatabase();
    one = TestNode.reading(access);
    two = TestNode.reading(access);
  }

  @AfterAll
  static void stop() {
    two.close();
    one.close();
  }

  public static ChannelName fresh() {
    return new ChannelName(ANN, "channel/" + ++names);
  }

  public static ChannelName made(ContentType type) {
    ChannelName name = fresh();
    assertThat(one.engine().channels().create(NewChannel.of(name, type)))
        .isInstanceOf(Creation.Made.class);
    return name;
  }

  public static void made(ChannelName name, Lifetime lifetime) {
    Optional<Lifetime> lives = Optional.of(lifetime);
    // One that has expired at once cannot be shown any more.
    one.engine()
        .channels()
        .create(new NewChannel(name, Optional.of(TEXT), lives, false, List.of(), Optional.empty()));
  }

  /** Turns the clock back for a channel: the test's way to let time pass. */
  public static void age(ChannelName name, Duration by) {
    one.engine()
        .database()
        .update(
            """
            UPDATE everbrook.channel SET expires_at = expires_at - make_interval(secs => ?)
             WHERE principal = ? AND name = ?
            """,
            by.toSeconds(),
            name.owner().id(),
            name.path());
  }

  public static NewChannel forking(ChannelName fork, ChannelName source, long at, long within) {
    return new NewChannel(
        fork,
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(),
        Optional.of(new ForkPoint(source, OptionalLong.of(at), within)));
  }

  public static Append by(ChannelName name, String id, long epoch, long seq, String event) {
    return new Append(
        name,
        Optional.of(TEXT),
        events(event),
        false,
        Optional.of(new Producer(id, epoch, seq)),
        Optional.empty());
  }

  public static Appended append(TestNode node, ChannelName name, String... events)
      throws InterruptedException {
    return node.engine().channels().append(Append.of(name, TEXT, events(events)));
  }

  public static Appended taken(long next) {
    return new Appended.Taken(next, false, Optional.empty());
  }

  public static List<byte[]> events(String... texts) {
    List<byte[]> events = new ArrayList<>();
    for (String text : texts) {
      events.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return events;
  }

  public static List<String> read(TestNode node, ChannelName name) {
    long stream = node.engine().channels().find(name).orElseThrow().ref().id();
    List<String> all = new ArrayList<>();
    Page page;
    do {
      page = node.engine().log().read(stream, all.size());
      all.addAll(text(page));
    } while (!page.entries().isEmpty());
    return all;
  }

  public static List<String> text(Page page) {
    return page.entries().events().stream()
        .map(it -> new String(it, StandardCharsets.UTF_8))
        .toList();
  }
}
