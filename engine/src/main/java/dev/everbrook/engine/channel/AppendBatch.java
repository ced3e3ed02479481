package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.ChunkRow;
import dev.everbrook.engine.stream.Committed;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.StreamRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Many appends to many channels in one transaction: the rows are locked in the order of their ids,
 * each append is decided in the order of arrival, and all accepted appends are written by one
 * statement. By default, a channel whose row another transaction has locked is skipped with all its
 * appends; with a patience, the batch waits for the lock.
 *
 * <p>Used by one thread, once.
 */
final class AppendBatch {

  private static final String LOCK =
      """
      SELECT c.principal, c.name, c.stream_id, s.public_id, s.content_type,
             CASE WHEN s.deleted_at IS NULL THEN c.state ELSE 'deleted' END AS state,
             c.next, c.seq, c.producers
        FROM unnest(?::text[], ?::text[]) AS k(principal, name)
        JOIN everbrook.channel c ON c.principal = k.principal AND c.name = k.name
        JOIN everbrook.stream s ON s.id = c.stream_id
       WHERE (c.expires_at IS NULL OR c.expires_at > now()) AND NOT s.doomed
       ORDER BY c.stream_id FOR UPDATE OF c
      """;

  private static final String LOCK_FREE = LOCK + "SKIP LOCKED";

  private static final String PATIENCE = "SELECT current_setting('lock_timeout')";

  private static final String BE_PATIENT = "SELECT set_config('lock_timeout', ?, true)";

  /** Runs after the locks: a channel that was created or unlocked since then counts as locked. */
  private static final String THERE =
      """
      SELECT c.principal, c.name
        FROM unnest(?::text[], ?::text[]) AS k(principal, name)
        JOIN everbrook.channel c ON c.principal = k.principal AND c.name = k.name
        JOIN everbrook.stream s ON s.id = c.stream_id
       WHERE (c.expires_at IS NULL OR c.expires_at > now()) AND NOT s.doomed
      """;

  private static final String PRODUCERS =
      """
      SELECT p.stream_id, p.id, p.epoch, p.seq
        FROM unnest(?::bigint[], ?::text[]) AS k(stream_id, id)
        JOIN everbrook.producer p ON p.stream_id = k.stream_id AND p.id = k.id
      """;

  private static final String WRITE =
      """
      WITH put AS (
             INSERT INTO everbrook.chunk (stream_id, seq, n, data)
             SELECT c.stream_id, c.seq, c.n, c.data
               FROM unnest(?::bigint[], ?::bigint[], ?::int[], ?::bytea[])
                      AS c(stream_id, seq, n, data)),
           moved AS (
             UPDATE everbrook.channel c
                SET state = m.state, next = m.next, seq = m.seq, producers = m.producers,
                    expires_at = CASE
                      WHEN c.expires_at - c.ttl <= now() - least(c.ttl / 10, interval '30 s')
                      THEN now() + c.ttl ELSE c.expires_at END
               FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::text[], ?::int[])
                      AS m(stream_id, state, next, seq, producers)
              WHERE c.stream_id = m.stream_id),
           remembered AS (
             INSERT INTO everbrook.producer (stream_id, id, epoch, seq)
             SELECT p.stream_id, p.id, p.epoch, p.seq
               FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[])
                      AS p(stream_id, id, epoch, seq)
             ON CONFLICT (stream_id, id)
                DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq)
      UPDATE everbrook.stream s SET state = 'done', events = e.events, closed_at = now()
        FROM unnest(?::bigint[], ?::bigint[]) AS e(id, events)
       WHERE s.id = e.id
      """;

  private record ProducerKey(long stream, String id) {}

  /** A channel of this batch: its state before and now, and its events to write. */
  private static final class Place {
    private final ProducerStanding before;
    private final List<byte[]> events = new ArrayList<>();
    private ProducerStanding now;
    private int producers;
    private boolean used;

    Place(ProducerStanding now, int producers) {
      this.before = now;
      this.now = now;
      this.producers = producers;
    }

    long id() {
      return now.ref().id();
    }

    boolean isClosing() {
      return before.state() == Channel.State.OPEN && now.state() == Channel.State.CLOSED;
    }

    List<ChunkRow> rows() {
      return ChunkRow.cut(id(), before.next(), events);
    }

    Committed committed() {
      return new Committed(now.ref(), new Entries(before.next(), events), isClosing());
    }
  }

  private final List<Append> appends;
  private final Duration patience;
  private final Fencing fencing;
  private final Set<Fence> holding = new HashSet<>();
  private final List<Optional<Appended>> outcomes;
  private final Set<ChannelName> held = new HashSet<>();
  private final Map<ChannelName, Place> places = new LinkedHashMap<>();
  private final Map<ProducerKey, Producer> known = new LinkedHashMap<>();
  private final Map<ProducerKey, Producer> moved = new LinkedHashMap<>();

  /**
   * @param patience how long to wait for each locked row, in whole milliseconds; zero to skip it
   */
  AppendBatch(List<Append> appends, Duration patience, Fencing fencing) {
    this.appends = List.copyOf(appends);
    this.patience = patience;
    this.fencing = fencing;
    this.outcomes = new ArrayList<>(appends.size());
  }

  /**
   * Decides and writes; returns the outcome of each append if the transaction commits; empty for
   * appends to channels that other transactions have locked.
   */
  List<Optional<Appended>> run(Tx tx) {
    lock(tx);
    recall(tx);
    hold(tx);
    appends.forEach(append -> outcomes.add(decide(append)));
    if (places.values().stream().anyMatch(it -> it.used)) {
      write(tx);
    }
    return List.copyOf(outcomes);
  }

  /** The events of this batch that are durable once it has committed. */
  List<Committed> committed() {
    return places.values().stream()
        .filter(it -> !it.events.isEmpty() || it.isClosing())
        .map(Place::committed)
        .toList();
  }

  private void lock(Tx tx) {
    Set<ChannelName> names = new LinkedHashSet<>();
    appends.forEach(append -> names.add(append.to()));
    if (patience.isZero()) {
      lock(tx, LOCK_FREE, names);
      names.removeAll(places.keySet());
      if (!names.isEmpty()) {
        held.addAll(tx.list(THERE, AppendBatch::name, owners(names), paths(names)));
      }
    } else {
      String before = tx.only(PATIENCE, row -> row.getString(1));
      tx.list(BE_PATIENT, row -> true, Long.toString(patience.toMillis()));
      lock(tx, LOCK, names);
      tx.list(BE_PATIENT, row -> true, before); // restored for the rest of the transaction
    }
  }

  private static ChannelName name(ResultSet row) throws SQLException {
    return new ChannelName(new Principal(row.getString("principal")), row.getString("name"));
  }

  private static String[] owners(Set<ChannelName> names) {
    return names.stream().map(it -> it.owner().id()).toArray(String[]::new);
  }

  private static String[] paths(Set<ChannelName> names) {
    return names.stream().map(ChannelName::path).toArray(String[]::new);
  }

  private void lock(Tx tx, String how, Set<ChannelName> names) {
    record Locked(ChannelName name, Place place) {}
    tx.list(
            how,
            row ->
                new Locked(
                    name(row),
                    new Place(
                        new ProducerStanding(
                            new StreamRef(
                                row.getLong("stream_id"), row.getObject("public_id", UUID.class)),
                            new ContentType(row.getString("content_type")),
                            Channel.State.of(row.getString("state")),
                            row.getLong("next"),
                            Optional.ofNullable(row.getString("seq"))),
                        row.getInt("producers"))),
            owners(names),
            paths(names))
        .forEach(it -> places.put(it.name(), it.place()));
  }

  private void recall(Tx tx) {
    Set<ProducerKey> keys = new LinkedHashSet<>();
    for (Append append : appends) {
      Place place = places.get(append.to());
      if (place != null && append.producer().isPresent()) {
        keys.add(new ProducerKey(place.id(), append.producer().get().id()));
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    tx.list(
            PRODUCERS,
            row ->
                Map.entry(
                    row.getLong("stream_id"),
                    new Producer(row.getString("id"), row.getLong("epoch"), row.getLong("seq"))),
            keys.stream().mapToLong(ProducerKey::stream).toArray(),
            keys.stream().map(ProducerKey::id).toArray(String[]::new))
        .forEach(it -> known.put(new ProducerKey(it.getKey(), it.getValue().id()), it.getValue()));
  }

  /**
   * Checks the fences after locking the channels: the common order of the channels' locks prevents
   * deadlocks between appenders.
   */
  private void hold(Tx tx) {
    Set<Fence> fences = new HashSet<>();
    appends.stream()
        .filter(append -> places.containsKey(append.to()))
        .forEach(append -> append.fence().ifPresent(fences::add));
    if (!fences.isEmpty()) {
      holding.addAll(fencing.holding(tx, fences));
    }
  }

  private Optional<Appended> decide(Append append) {
    Place place = places.get(append.to());
    if (place != null) {
      return Optional.of(decide(append, place));
    }
    return held.contains(append.to()) ? Optional.empty() : Optional.of(new Appended.Missing());
  }

  private Appended decide(Append append, Place place) {
    if (append.fence().filter(it -> !holding.contains(it)).isPresent()) {
      return new Appended.Fenced(append.producer().map(Producer::epoch).orElse(0L));
    }
    Optional<ProducerKey> key = append.producer().map(it -> new ProducerKey(place.id(), it.id()));
    ProducerStanding.Ruling ruling =
        place.now.rule(append, key.flatMap(it -> Optional.ofNullable(known.get(it))));
    boolean isNew = key.isPresent() && !known.containsKey(key.get());
    if (ruling.takes() && isNew && place.producers >= Producer.CHANNEL_MAX) {
      return new Appended.TooManyProducers();
    }
    place.now = ruling.after();
    place.used |= ruling.takes() || ruling.outcome() instanceof Appended.Repeated;
    if (ruling.takes()) {
      place.events.addAll(append.events());
      place.producers += isNew ? 1 : 0;
      key.ifPresent(it -> {
        known.put(it, append.producer().orElseThrow());
        moved.put(it, append.producer().orElseThrow());
      });
    }
    return ruling.outcome();
  }

  private void write(Tx tx) {
    List<Place> used = places.values().stream().filter(it -> it.used).toList();
    List<Place> closing = used.stream().filter(Place::isClosing).toList();
    List<ChunkRow> rows = used.stream().flatMap(it -> it.rows().stream()).toList();
    tx.update(
        WRITE,
        ChunkRow.streams(rows),
        ChunkRow.seqs(rows),
        ChunkRow.sizes(rows),
        ChunkRow.data(rows),
        streams(used),
        used.stream().map(it -> it.now.state().column()).toArray(String[]::new),
        nexts(used),
        seqs(used),
        used.stream().mapToInt(it -> it.producers).toArray(),
        moved.keySet().stream().mapToLong(ProducerKey::stream).toArray(),
        moved.keySet().stream().map(ProducerKey::id).toArray(String[]::new),
        moved.values().stream().mapToLong(Producer::epoch).toArray(),
        moved.values().stream().mapToLong(Producer::seq).toArray(),
        streams(closing),
        nexts(closing));
  }

  private static long[] streams(Collection<Place> places) {
    return places.stream().mapToLong(it -> it.id()).toArray();
  }

  private static long[] nexts(Collection<Place> places) {
    return places.stream().mapToLong(it -> it.now.next()).toArray();
  }

  private static @Nullable String[] seqs(List<Place> places) {
    @Nullable String[] seqs = new @Nullable String[places.size()];
    for (int i = 0; i < seqs.length; i++) {
      seqs[i] = places.get(i).now.seq().orElse(null);
    }
    return seqs;
  }
}
