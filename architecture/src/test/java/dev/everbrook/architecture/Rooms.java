package dev.everbrook.architecture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The rooms in their order, and the violations of a source. A room uses only rooms before it; rooms
 * side by side do not use each other.
 */
final class Rooms {
  private static final String HOUSE = "dev.everbrook.";
  private static final String DIALECTS = HOUSE + "server.api.";

  /** Below the face of the jobs. */
  private static final Set<String> BASE = Set.of("world", "text", "store");

  private static final Set<String> CORE = and(BASE, "job", "stream", "channel", "live");
  private static final Set<String> ENGINE =
      and(CORE, "model", "schedule", "journal", "answer", "flow", "engine");
  private static final Set<String> WITH_HTTP = and(ENGINE, "http");

  private static final List<Room> ROOMS =
      List.of(
          room("model", "model"),
          room("postgres", "postgres"),
          room("simulator", "simulator"),
          room("web", "web"),
          room("text", "engine.text"),
          room("world", "engine.world"),
          room("store", "engine.store", "world", "text"),
          new Room("job", HOUSE + "engine.job", false, BASE),
          jobs("lane"),
          jobs("claim", "lane"),
          jobs("enqueue", "lane", "claim"),
          jobs("finish", "lane", "claim", "enqueue"),
          jobs("run", "lane", "claim", "enqueue", "finish"),
          jobs("remote", "lane", "claim", "enqueue", "finish", "run"),
          jobs("admin", "lane", "claim", "enqueue", "finish", "run", "remote"),
          jobs("upkeep", "lane", "claim", "enqueue", "finish", "run", "remote"),
          jobs("node", "lane", "claim", "enqueue", "finish", "run", "remote", "admin", "upkeep"),
          room("schedule", "engine.schedule", and(BASE, "job")),
          room("stream", "engine.stream", BASE),
          room("channel", "engine.channel", and(BASE, "stream")),
          room("journal", "engine.journal", and(BASE, "job", "stream", "channel")),
          room("live", "engine.live", and(BASE, "stream")),
          room("answer", "engine.answer", and(BASE, "job", "stream", "live", "model")),
          room("flow", "engine.flow", and(CORE, "model", "answer")),
          new Room("engine", HOUSE + "engine", false, and(ENGINE, "job.node", "job.claim")),
          room("http.wire", "server.http.wire", "http"),
          room("http.edge", "server.http.edge", and(BASE, "stream", "live", "http", "http.wire")),
          new Room("http", HOUSE + "server.http", false, and(BASE, "stream", "live")),
          room("chat", "server.chat", WITH_HTTP),
          room("advice", "server.advice", WITH_HTTP),
          room("console", "server.console", and(WITH_HTTP, "chat", "advice")),
          room(
              "app", "server.app", and(WITH_HTTP, "http.edge", "chat", "advice", "console", "api")),
          room("suite", "suite"),
          bench("report"),
          bench("peer", "report"),
          bench("jobs", "report", "peer"),
          bench("streams", "report", "peer"),
          bench("relay", "report", "peer"),
          bench("fanout", "report", "peer"),
          new Room(
              "benchmark",
              HOUSE + "benchmark",
              false,
              benches("report", "peer", "jobs", "streams", "relay", "fanout")));

  /** Programs use all rooms, these three included. */
  private static boolean isProgram(Room room) {
    return room.name().equals("app") || room.name().startsWith("bench");
  }

  private static final Set<String> PARTS = Set.of("postgres", "simulator", "web");
  private static final Set<String> DIALECT_USES = and(WITH_HTTP, "chat", "advice");

  private static final Set<String> VERTX = Set.of("http.edge", "http.wire");

  /** Foreign packages that only some rooms may use. */
  private static final List<Fence> FENCES =
      List.of(
          new Fence("io.vertx", VERTX, "speak through room http"),
          new Fence("io.netty", VERTX, "speak through room http"),
          new Fence("com.sun.net.httpserver", Set.of("simulator"), "speak through room http"),
          new Fence("jakarta.servlet", Set.of(), "speak through room http"));

  private static final Fence SQL = new Fence("java.sql", Set.of(), "ask a room that owns the rows");

  private static final Pattern USE = Pattern.compile("\\bdev\\.everbrook(?:\\.[a-z][a-z0-9]*)+");

  private record Fence(String foreign, Set<String> allowed, String instead) {}

  private Rooms() {}

  /** The violations of this source, a line each; none for tests, which may use all rooms. */
  static List<String> broken(Source source) {
    if (!source.isMain()) {
      return List.of();
    }
    Optional<Room> home = of(source.packageName());
    if (home.isEmpty()) {
      return List.of(
          source.path() + ": package '" + source.packageName() + "' is in no room: see Rooms");
    }
    List<String> broken = new ArrayList<>();
    Room room = home.get();
    for (String used : usedPackages(source)) {
      Optional<Room> other = of(used);
      if (other.isEmpty()) {
        broken.add(source.path() + ": uses '" + used + "', which is in no room");
      } else if (!mayUse(room, other.get())) {
        broken.add(
            source.path()
                + ": room "
                + room.name()
                + " must not use room "
                + other.get().name()
                + ": move the shared idea to a room before both");
      }
    }
    fences(room)
        .filter(fence -> source.bare().contains(fence.foreign() + "."))
        .forEach(fence ->
            broken.add(
                source.path()
                    + ": room "
                    + room.name()
                    + " must not use "
                    + fence.foreign()
                    + ": "
                    + fence.instead()));
    return broken;
  }

  /** The room of a package; every package below server.api is a room of its own. */
  static Optional<Room> of(String packageName) {
    if (packageName.startsWith(DIALECTS)) {
      String name = packageName.substring(DIALECTS.length()).replaceAll("\\..*", "");
      return Optional.of(new Room("api." + name, DIALECTS + name, true, DIALECT_USES));
    }
    return ROOMS.stream().filter(room -> room.holds(packageName)).findFirst();
  }

  static boolean mayUse(Room room, Room other) {
    if (other.name().equals(room.name()) || room.uses().contains(other.name())) {
      return true;
    }
    if (isProgram(room) && PARTS.contains(other.name())) {
      return true;
    }
    return other.name().startsWith("api.") && room.uses().contains("api");
  }

  private static Stream<Fence> fences(Room room) {
    Stream<Fence> forAll = FENCES.stream().filter(fence -> !fence.allowed().contains(room.name()));
    return room.name().startsWith("http") ? Stream.concat(forAll, Stream.of(SQL)) : forAll;
  }

  private static Set<String> usedPackages(Source source) {
    Set<String> used = new TreeSet<>();
    Matcher matcher = USE.matcher(source.bare());
    while (matcher.find()) {
      used.add(matcher.group());
    }
    return used;
  }

  /** One of the rooms behind the face of the jobs, which no room but the engine uses. */
  private static Room jobs(String name, String... before) {
    Set<String> uses = new HashSet<>(and(BASE, "job"));
    Arrays.stream(before).map(it -> "job." + it).forEach(uses::add);
    return room("job." + name, "engine.job." + name, Set.copyOf(uses));
  }

  private static Room bench(String name, String... before) {
    return room("bench." + name, "benchmark." + name, benches(before));
  }

  private static Set<String> benches(String... names) {
    Set<String> uses = new HashSet<>(and(ENGINE, "http", "http.edge", "chat", "api", "app"));
    Arrays.stream(names).map(it -> "bench." + it).forEach(uses::add);
    return Set.copyOf(uses);
  }

  private static Room room(String name, String home, String... uses) {
    return room(name, home, Set.of(uses));
  }

  private static Room room(String name, String home, Set<String> uses) {
    return new Room(name, HOUSE + home, true, uses);
  }

  private static Set<String> and(Set<String> rooms, String... more) {
    Set<String> all = new HashSet<>(rooms);
    all.addAll(Arrays.asList(more));
    return Set.copyOf(all);
  }
}
