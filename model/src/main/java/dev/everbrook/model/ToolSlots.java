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
import tools.jackson.databind.node.ObjectNode;

/**
 * Separates the tool calls of one answer. By the standard, the index identifies a call, and id and
 * name come with the first fragment only. Some servers send index 0 or none for every call, no id,
 * the same id for two calls, another id with every fragment, or the name late or in pieces. So a
 * fragment is assigned by the fields that the call under its index or id still lacks ({@link
 * #isNext}). A call is emitted only when its arguments begin, since until then more of its name may
 * come.
 *
 * <p>By default the index separates calls. There are two exceptions: if one index has several ids,
 * the id separates the calls. If the index increases with every fragment, it separates nothing, and
 * a fragment under a new index continues an open call ({@link #openUnder}). For one thread.
 */
final class ToolSlots {

  private static final int QUOTE_CHARS = 200;
  private static final String EMPTY = "{}";

  private final List<Call> calls = new ArrayList<>();
  private final Map<Integer, Call> byIndex = new HashMap<>();
  private final Map<String, Call> byId = new HashMap<>();
  private final Set<Integer> indexes = new HashSet<>();
  private final List<ModelEvent> ready = new ArrayList<>();
  private boolean countsUp = true;
  private boolean inDeltas;
  private int opened;

  /** The events for the {@code tool_calls} of a delta. */
  List<ModelEvent> read(JsonNode fragments) {
    Set<Call> touched = new HashSet<>();
    int position = 0;
    for (JsonNode node : list(fragments)) {
      Fragment fragment = Fragment.of(node, position++);
      Call call = find(fragment, touched);
      countsUp &= indexes.add(fragment.index());
      touched.add(call);
      identify(call, fragment);
      call.take(fragment);
      handOut(call);
      keep(call, node);
      inDeltas = true;
    }
    return ready();
  }

  /** The events for the {@code tool_calls} of a message, which repeats all content so far. */
  List<ModelEvent> readWhole(JsonNode fragments) {
    Set<Call> touched = new HashSet<>();
    int position = 0;
    for (JsonNode node : list(fragments)) {
      Fragment whole = Fragment.of(node, position);
      Call call = findWhole(whole, position, touched);
      touched.add(call);
      position++;
      identify(call, whole);
      call.takeWhole(whole);
      handOut(call);
      keep(call, node);
    }
    return ready();
  }

  /** Emits the calls that have a name and probably no arguments. */
  List<ModelEvent> settle() {
    openNamed();
    return ready();
  }

  /** Emits the remaining calls at the end of the answer, and reports calls without a name. */
  List<ModelEvent> rest() {
    for (Call call : calls) {
      if (!call.name.isEmpty()) {
        open(call);
      } else if (!call.isNothing()) {
        ready.add(call.leftOut());
      }
    }
    return ready();
  }

  /** Whether there is a call with a name. */
  boolean any() {
    return calls.stream().anyMatch(call -> !call.name.isEmpty());
  }

  private Call find(Fragment fragment, Set<Call> touched) {
    Call call = byIndex.get(fragment.index());
    if (call == null) {
      return openUnder(fragment, touched).orElseGet(() -> begin(fragment));
    }
    Call known = byId.get(fragment.id());
    if (known != null && !call.id.equals(fragment.id())) {
      call = known;
    }
    boolean beside = touched.contains(call) && call.isNamedOtherwise(fragment);
    return !beside && isNext(fragment, call) ? call : begin(fragment);
  }

  /**
   * The open call that a fragment under a new index continues. A fragment without a name belongs to
   * the call of its id, or to the last call. A fragment that repeats the name continues a call only
   * while every index so far came once: a second call with the same id and name would have a
   * repeated index, or arguments that begin like those of the first. Two calls with equal names and
   * no arguments yet are kept apart, and the second is dropped if nothing follows ({@link
   * Call#isEcho}).
   */
  private Optional<Call> openUnder(Fragment fragment, Set<Call> touched) {
    Call last = calls.isEmpty() ? null : calls.getLast();
    if (last == null || fragment.isBare()) {
      return Optional.ofNullable(last);
    }
    Call known = byId.get(fragment.id());
    boolean bare = fragment.id().isEmpty() && !last.id.isEmpty();
    Call call = bare ? last : known;
    if (call == null || touched.contains(call)) {
      return Optional.empty();
    }
    boolean goesOn =
        fragment.name().isEmpty()
            ? fragment.arguments().isBlank() || !call.endsBefore(fragment)
            : countsUp
                && fragment.name().equals(call.name)
                && !fragment.arguments().isEmpty()
                && !call.endsBefore(fragment);
    return goesOn ? Optional.of(call) : Optional.empty();
  }

  /** Finds a message's call by id, else by position unless the call there is evidently another. */
  private Call findWhole(Fragment whole, int position, Set<Call> touched) {
    Call there = position < calls.size() ? calls.get(position) : null;
    Call known = byId.get(whole.id());
    if (known != null
        && !touched.contains(known)
        && (there == null || !there.id.equals(known.id))) {
      return known;
    }
    return there != null && !touched.contains(there) && (inDeltas || there.growsTo(whole))
        ? there
        : begin(whole);
  }

  /** Whether the fragment belongs to the call; otherwise it begins another. */
  private static boolean isNext(Fragment next, Call call) {
    boolean otherId = !next.id().isEmpty() && !next.id().equals(call.id);
    boolean complete = call.braces.areClosed();
    if (next.name().isEmpty()) {
      return !(complete && otherId); // the name may follow the id
    }
    if (complete) {
      return call.repeats(next) || call.isNamedBy(next);
    }
    if (call.arguments.isEmpty() || call.name.isEmpty()) {
      return !otherId || call.id.isEmpty();
    }
    return next.name().equals(call.name);
  }

  private Call begin(Fragment fragment) {
    openNamed();
    Call before = calls.isEmpty() ? null : calls.getLast();
    Call call =
        new Call(fragment.index(), before != null && before.isEcho() ? before.before : before);
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
      byId.putIfAbsent(call.id, call);
    }
  }

  private void handOut(Call call) {
    if (call.name.isEmpty() || call.waiting.isEmpty() || call.waits()) {
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

  /** Emits the provider's kept data of a call after the call. */
  private void keep(Call call, JsonNode node) {
    call.kept.add(node);
    if (call.slot >= 0) {
      handOutKept(call);
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
    handOutKept(call);
  }

  private void handOutKept(Call call) {
    call.kept.forEach(it -> Kept.ofCall(call.slot, it, call.seen).ifPresent(ready::add));
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

  /** One element of {@code tool_calls}; without an index, its position counts as the index. */
  private record Fragment(int index, String id, String name, String arguments) {

    /** The names of OpenAI, Cohere and Anthropic; some servers put them outside the function. */
    private static final List<String> ARGUMENTS = List.of("arguments", "parameters", "input");

    static Fragment of(JsonNode node, int position) {
      JsonNode inner =
          node.path("function").isObject() ? node.path("function") : node.path("custom");
      String name = Json.scalar(inner, "name");
      if (name.isEmpty()) {
        name = Json.scalar(node, node.path("function").isString() ? "function" : "name");
      }
      String arguments = arguments(inner);
      return new Fragment(
          node.path("index").asInt(position),
          Json.scalar(node, "id"),
          name,
          arguments.isEmpty() ? arguments(node) : arguments);
    }

    /** Without an id and a name, which would begin a call. */
    boolean isBare() {
      return id.isEmpty() && name.isEmpty();
    }

    private static String arguments(JsonNode from) {
      for (String field : ARGUMENTS) {
        JsonNode value = from.path(field);
        String text = value.isString() ? value.stringValue() : value.toString();
        if (!text.isEmpty() && !value.isNull() && !value.isMissingNode()) {
          return text;
        }
      }
      return "";
    }
  }

  private static final class Call {
    private final int index;
    private final @Nullable Call before;
    private final StringBuilder waiting = new StringBuilder();
    private final List<JsonNode> kept = new ArrayList<>();
    private final ObjectNode seen = Json.MAPPER.createObjectNode();
    private Braces braces = new Braces();
    private Spoken arguments = new Spoken();
    private String id = "";
    private String name = "";
    private int slot = -1;

    Call(int index, @Nullable Call before) {
      this.index = index;
      this.before = before;
    }

    /** Whether two fragments of one array belong to different calls. */
    boolean isNamedOtherwise(Fragment next) {
      boolean same = !id.isEmpty() && next.id().equals(id) && next.name().equals(name);
      return !next.name().isEmpty() && !same;
    }

    void take(Fragment next) {
      boolean said = isNamedBy(next);
      nameIt(next);
      if (!said && !repeats(next)) {
        dropEmpty(next);
        add(arguments.piece(next.arguments()));
      }
    }

    void takeWhole(Fragment whole) {
      nameIt(whole);
      dropEmpty(whole);
      add(arguments.following(whole.arguments()));
    }

    /** Whether only an empty object came so far, which some servers send before the arguments. */
    boolean waits() {
      return slot < 0 && EMPTY.equals(waiting.toString().strip());
    }

    private void dropEmpty(Fragment next) {
      if (waits() && next.arguments().stripLeading().startsWith("{")) {
        waiting.setLength(0);
        braces = new Braces();
        arguments = new Spoken();
      }
    }

    private void add(String piece) {
      braces.add(piece);
      waiting.append(piece);
    }

    /** Adds to the name, which may come whole, in pieces, or again with every fragment. */
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

    /** Whether the fragment only repeats this complete call. */
    boolean repeats(Fragment next) {
      boolean same = !id.isEmpty() && next.id().equals(id) && next.name().equals(name);
      return same
          && next.index() == index
          && braces.areClosed()
          && (next.arguments().isBlank() || arguments.is(next.arguments()));
    }

    /** Whether the fragment is the late name of this call, whose arguments are complete. */
    boolean isNamedBy(Fragment next) {
      return name.isEmpty()
          && (id.isEmpty() || next.id().isEmpty() || next.id().equals(id))
          && braces.areClosed()
          && (next.arguments().isBlank() || arguments.is(next.arguments()));
    }

    /** Whether the arguments are complete, or the fragment begins new ones. */
    boolean endsBefore(Fragment next) {
      String piece = next.arguments().stripLeading();
      boolean begins = piece.startsWith("{") || piece.startsWith("[");
      return braces.areClosed()
          || begins && !arguments.isEmpty() && (!braces.mayOpen() || arguments.beginsAs(piece));
    }

    /** Whether a message repeats this call, possibly with more arguments. */
    boolean growsTo(Fragment whole) {
      return name.equals(whole.name()) && arguments.isBegunBy(whole.arguments());
    }

    /** Whether this call is only a repetition of the previous call's name. */
    boolean isEcho() {
      return before != null
          && arguments.isEmpty()
          && name.equals(before.name)
          && (id.isEmpty() ? before.braces.areClosed() : id.equals(before.id));
    }

    boolean isNothing() {
      return name.isEmpty() && id.isEmpty() && arguments.isEmpty();
    }

    ModelEvent leftOut() {
      String quote = waiting.substring(0, Math.min(QUOTE_CHARS, waiting.length()));
      return new ModelEvent.LeftOut(
          "tool_calls",
          "The provider sent a tool call without a name, which was left out"
              + (quote.isEmpty() ? "." : "; its arguments: " + quote));
    }
  }
}
