package dev.everbrook.house;

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
 * The rooms in their order, and what a source breaks of it. A room uses only rooms that stand
 * before it; rooms that stand side by side do not use each other.
 */
final class Rooms {
  private static final String HOUSE = "dev.everbrook.";
  private static final String DIALECTS = HOUSE + "server.api.";

  private static final Set<String> CORE = Set.of("world", "store", "job", "stream", "live");
  private static final Set<String> ENGINE =
      and(CORE, "model", "schedule", "journal", "answer", "flow", "engine");
  private static final Set<String> EDGE = and(ENGINE, "http");

  private static final List<Room> ROOMS =
      List.of(
          room("model", "model"),
          room("postgres", "postgres"),
          room("simulator", "simulator"),
          room("web", "web"),
          room("world", "engine.world"),
          room("store", "engine.store", "world"),
          room("job", "engine.job", "world", "store"),
          room("schedule", "engine.schedule", "world", "store", "job"),
          room("stream", "engine.stream", "world", "store"),
          room("journal", "engine.journal", "world", "store", "job", "stream"),
          room("live", "engine.live", "world", "store", "job", "stream"),
          room("answer", "engine.answer", and(CORE, "model")),
          room("flow", "engine.flow", and(CORE, "model", "answer")),
          new Room(
              "engine",
              HOUSE + "engine",
              false,
              and(CORE, "model", "schedule", "journal", "answer", "flow")),
          room("http", "server.http", "world", "store", "stream", "live"),
          room("chat", "server.chat", EDGE),
          room("advice", "server.advice", EDGE),
          room("console", "server.console", and(EDGE, "chat", "advice")),
          room("app", "server.app", and(EDGE, "chat", "advice", "console", "api")),
          room("benchmark", "benchmark", and(EDGE, "chat", "advice", "console", "api", "app")));

  /** Programs are put together from everything, these three included. */
  private static final Set<String> PROGRAMS = Set.of("app", "benchmark");

  private static final Set<String> PARTS = Set.of("postgres", "simulator", "web");
  private static final Set<String> DIALECT_USES = and(EDGE, "chat", "advice");

  /** Packages of others that only some rooms may touch. */
  private static final List<Fence> FENCES =
      List.of(
          new Fence("io.vertx", Set.of("http"), "speak through room http"),
          new Fence("io.netty", Set.of("http"), "speak through room http"),
          new Fence("com.sun.net.httpserver", Set.of("simulator"), "speak through room http"),
          new Fence("jakarta.servlet", Set.of(), "speak through room http"));

  private static final Fence SQL = new Fence("java.sql", Set.of(), "ask a room that owns the rows");

  private static final Pattern USE = Pattern.compile("\\bdev\\.everbrook(?:\\.[a-z][a-z0-9]*)+");

  private record Fence(String foreign, Set<String> allowed, String instead) {}

  private Rooms() {}

  /** What this source breaks, a line each; nothing for tests, which see everything. */
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

  private static boolean mayUse(Room room, Room other) {
    if (other.name().equals(room.name()) || room.uses().contains(other.name())) {
      return true;
    }
    if (PROGRAMS.contains(room.name()) && PARTS.contains(other.name())) {
      return true;
    }
    return other.name().startsWith("api.") && room.uses().contains("api");
  }

  private static Stream<Fence> fences(Room room) {
    Stream<Fence> forAll = FENCES.stream().filter(fence -> !fence.allowed().contains(room.name()));
    return room.name().equals("http") ? Stream.concat(forAll, Stream.of(SQL)) : forAll;
  }

  private static Set<String> usedPackages(Source source) {
    Set<String> used = new TreeSet<>();
    Matcher matcher = USE.matcher(source.bare());
    while (matcher.find()) {
      used.add(matcher.group());
    }
    return used;
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
