package dev.everbrook.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Tells apart the tool calls of one answer. By the standard the index does it, and id and name come
 * with the first fragment only. Some servers send index 0 or none for every call, no id, another id
 * with every fragment, the name late or in pieces. So what a fragment belongs to is decided by what
 * the call under its id or index still lacks ({@link #isNext}), and a call is handed out only when
 * its arguments begin, since until then more of its name may come. For one thread.
 */
final class ToolSlots {

  private final List<Call> calls = new ArrayList<>();
  private final Map<Integer, Call> byIndex = new HashMap<>();
  private final Map<String, Call> byId = new HashMap<>();
  private final List<ModelEvent> ready = new ArrayList<>();
  private boolean inDeltas;
  private int opened;

  /** The events for the {@code tool_calls} of a delta. */
  List<ModelEvent> read(JsonNode fragments) {
    Set<Call> touched = new HashSet<>();
    int position = 0;
    for (JsonNode node : list(fragments)) {
      Fragment fragment = Fragment.of(node, position++);
      Call call = find(fragment, touched);
      touched.add(call);
      identify(call, fragment);
      call.take(fragment);
      handOut(call);
      keep(call, node);
      inDeltas = true;
    }
    return ready();
  }

  /** The events for the {@code tool_calls} of a message, which says all so far. */
  List<ModelEvent> readWhole(JsonNode fragments) {
    int position = 0;
    for (JsonNode node : list(fragments)) {
      Fragment whole = Fragment.of(node, position);
      Call call = findWhole(whole, position);
      position++;
      identify(call, whole);
      call.takeWhole(whole);
      handOut(call);
      if (!inDeltas) {
        keep(call, node);
      }
    }
    return ready();
  }

  /** Hands out the calls that have a name and, as it seems, no arguments. */
  List<ModelEvent> settle() {
    openNamed();
    return ready();
  }

  /** Hands out what is left at the end of the answer. */
  List<ModelEvent> rest() {
    calls.stream()
        .filter(call -> !call.name.isEmpty() || !call.waiting.isEmpty())
        .forEach(this::open);
    return ready();
  }

  boolean any() {
    return !calls.isEmpty();
  }

  private Call find(Fragment fragment, Set<Call> touched) {
    Call call = byIndex.get(fragment.index());
    Call known = byId.get(fragment.id());
    if (known != null && (call == null || !call.id.equals(fragment.id()))) {
      call = known;
    }
    if (call == null && fragment.isBare() && !calls.isEmpty()) {
      return calls.getLast(); // its index is counted up with every fragment
    }
    boolean beside = call != null && touched.contains(call) && call.isNamedOtherwise(fragment);
    return call != null && !beside && isNext(fragment, call) ? call : begin(fragment);
  }

  /** By its id, else by its place, unless what stands there is evidently another. */
  private Call findWhole(Fragment whole, int position) {
    Call known = byId.get(whole.id());
    if (known != null) {
      return known;
    }
    if (position >= calls.size()) {
      return begin(whole);
    }
    Call there = calls.get(position);
    boolean goesOn = there.arguments.isBegunBy(whole.arguments());
    return inDeltas || goesOn && there.name.equals(whole.name()) ? there : begin(whole);
  }

  /** Whether the fragment belongs to the call; else it begins another. */
  private static boolean isNext(Fragment next, Call call) {
    boolean otherId = !next.id().isEmpty() && !next.id().equals(call.id);
    boolean complete = call.braces.areClosed();
    if (next.name().isEmpty()) {
      return !(complete && otherId); // the name may follow on the id
    }
    if (complete) {
      return call.repeats(next);
    }
    if (call.arguments.isEmpty() || call.name.isEmpty()) {
      return !otherId || call.id.isEmpty();
    }
    return next.name().equals(call.name);
  }

  private Call begin(Fragment fragment) {
    openNamed();
    Call before = calls.isEmpty() ? null : calls.getLast();
    Call call = new Call(fragment.index(), before);
    byIndex.put(fragment.index(), call);
    calls.add(call);
    return call;
  }

  private void openNamed() {
    calls.stream().filter(call -> !call.name.isEmpty()).forEach(this::open);
  }

  private void identify(Call call, Fragment fragment) {
    if (call.id.isEmpty() && call.slot < 0 && !fragment.id().isEmpty()) {
      call.id = fragment.id();
      byId.put(call.id, call);
    }
  }

  private void handOut(Call call) {
    if (call.name.isEmpty() || call.waiting.isEmpty()) {
      return;
    }
    if (call.slot < 0) {
      open(call);
    } else {
      String piece = call.waiting.toString();
      call.waiting.setLength(0);
      ready.add(new ModelEvent.ToolCall(call.slot, Optional.empty(), Optional.empty(), piece));
    }
  }

  /** What the provider wants back with a call follows on the call. */
  private void keep(Call call, JsonNode node) {
    call.kept.add(node);
    if (call.slot >= 0) {
      call.kept.forEach(it -> Kept.ofCall(call.slot, it).ifPresent(ready::add));
      call.kept.clear();
    }
  }

  private void open(Call call) {
    if (call.slot >= 0 || call.isEcho()) {
      return;
    }
    call.slot = opened++;
    String arguments = call.waiting.toString();
    call.waiting.setLength(0);
    ready.add(
        new ModelEvent.ToolCall(
            call.slot,
            Optional.of(call.id).filter(it -> !it.isEmpty()),
            Optional.of(call.name),
            arguments));
    call.kept.forEach(it -> Kept.ofCall(call.slot, it).ifPresent(ready::add));
    call.kept.clear();
  }

  private List<ModelEvent> ready() {
    List<ModelEvent> events = List.copyOf(ready);
    ready.clear();
    return events;
  }

  private static Iterable<JsonNode> list(JsonNode fragments) {
    return fragments.isObject() ? List.of(fragments) : fragments;
  }

  /** One element of a {@code tool_calls} array; without an index its place counts as one. */
  private record Fragment(int index, String id, String name, String arguments) {

    static Fragment of(JsonNode node, int position) {
      JsonNode function = node.path("function").isObject() ? node.path("function") : node;
      return new Fragment(
          node.path("index").asInt(position),
          Json.scalar(node, "id"),
          Json.scalar(function, "name"),
          arguments(function.path("arguments")));
    }

    /** Without what would begin a call. */
    boolean isBare() {
      return id.isEmpty() && name.isEmpty();
    }

    private static String arguments(JsonNode arguments) {
      if (arguments.isString()) {
        return arguments.stringValue();
      }
      return arguments.isNull() || arguments.isMissingNode() ? "" : arguments.toString();
    }
  }

  private static final class Call {
    private final int index;
    private final @Nullable Call before;
    private final Braces braces = new Braces();
    private final Spoken arguments = new Spoken();
    private final StringBuilder waiting = new StringBuilder();
    private final List<JsonNode> kept = new ArrayList<>();
    private String id = "";
    private String name = "";
    private int slot = -1;

    Call(int index, @Nullable Call before) {
      this.index = index;
      this.before = before;
    }

    /** Of two fragments in one array. */
    boolean isNamedOtherwise(Fragment next) {
      boolean same = !id.isEmpty() && next.id().equals(id) && next.name().equals(name);
      return !next.name().isEmpty() && !same;
    }

    void take(Fragment next) {
      nameIt(next);
      if (!repeats(next)) {
        add(arguments.piece(next.arguments()));
      }
    }

    void takeWhole(Fragment whole) {
      nameIt(whole);
      add(arguments.following(whole.arguments()));
    }

    private void add(String piece) {
      braces.add(piece);
      waiting.append(piece);
    }

    /** A name comes whole, in pieces, or again with every fragment. */
    private void nameIt(Fragment next) {
      if (slot >= 0) {
        return;
      }
      if (next.name().startsWith(name)) {
        name = next.name();
      } else if (arguments.isEmpty()) {
        name += next.name();
      }
    }

    /** Whether the fragment says once more what this call, which is complete, has said. */
    boolean repeats(Fragment next) {
      boolean same = !id.isEmpty() && next.id().equals(id) && next.name().equals(name);
      return same
          && next.index() == index
          && braces.areClosed()
          && (next.arguments().isBlank() || arguments.is(next.arguments()));
    }

    /** Whether this is but the name of the call before it, said once more. */
    boolean isEcho() {
      return before != null
          && id.isEmpty()
          && arguments.isEmpty()
          && name.equals(before.name)
          && before.braces.areClosed();
    }
  }
}
