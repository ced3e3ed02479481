package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.ChunkRow;
import dev.everbrook.engine.stream.Forks;
import dev.everbrook.engine.stream.NewStream;
import dev.everbrook.engine.stream.Removal;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.stream.Streams;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows of channels, except for their changes by appends. A change locks the rows in the same
 * order as an append: the channel, then its stream. A channel whose stream was removed otherwise,
 * for example by its age, counts as deleted. Safe for use by many threads.
 */
final class ChannelTable {

  private static final String FIND =
      """
      SELECT s.id, s.public_id, s.content_type,
             CASE WHEN s.deleted_at IS NULL THEN c.state ELSE 'deleted' END AS state, c.next,
             extract(epoch FROM c.ttl)::bigint AS ttl_s, c.expires_at,
             c.expires_at - c.ttl <= now() - least(c.ttl / 10, interval '30 s') AS is_stale
        FROM everbrook.channel c JOIN everbrook.stream s ON s.id = c.stream_id
       WHERE c.principal = ? AND c.name = ?
         AND (c.expires_at IS NULL OR c.expires_at > now()) AND NOT s.doomed
      """;

  private static final String PROLONG =
      """
      UPDATE everbrook.channel SET expires_at = now() + ttl
       WHERE stream_id = ? AND expires_at > now()
         AND expires_at - ttl <= now() - least(ttl / 10, interval '30 s')
      """;

  /** Serializes transactions that create the same channel. */
  private static final String TAKE_TURNS =
      "SELECT true FROM pg_advisory_xact_lock(hashtextextended(?, 0))";

  private static final String LOCK =
      """
      SELECT c.stream_id, CASE WHEN s.deleted_at IS NULL THEN c.state ELSE 'deleted' END AS state,
             coalesce(c.expires_at <= now(), false) AS is_expired, s.doomed,
             s.source, s.forked_at, c.forked_bytes
        FROM everbrook.channel c JOIN everbrook.stream s ON s.id = c.stream_id
       WHERE c.principal = ? AND c.name = ? FOR UPDATE OF c
      """;

  private static final String CREATE =
      """
      INSERT INTO everbrook.channel
             (stream_id, principal, name, state, next, forked_bytes, ttl, expires_at)
      SELECT ?, ?, ?, ?, ?, ?, t.ttl, coalesce(?::timestamptz, now() + t.ttl)
        FROM (SELECT make_interval(secs => ?::bigint) AS ttl) t
      """;

  private static final String PUT =
      """
      INSERT INTO everbrook.chunk (stream_id, seq, n, data)
      SELECT c.stream_id, c.seq, c.n, c.data
        FROM unnest(?::bigint[], ?::bigint[], ?::int[], ?::bytea[]) AS c(stream_id, seq, n, data)
      """;

  private static final String CLOSE =
      """
      UPDATE everbrook.stream SET state = 'done', events = ?, closed_at = now() WHERE id = ?
      """;

  private static final String IS_DOOMED = "SELECT doomed FROM everbrook.stream WHERE id = ?";

  private static final String KEEP =
      """
      UPDATE everbrook.channel SET state = 'deleted', ttl = NULL, expires_at = NULL
       WHERE stream_id = ?
      """;

  private static final String FREE = "DELETE FROM everbrook.channel WHERE stream_id = ?";

  /**
   * Locked rows are skipped and tried again, such as the stream of a channel that is being forked.
   */
  private static final String EXPIRED =
      """
      SELECT c.stream_id
        FROM everbrook.channel c JOIN everbrook.stream s ON s.id = c.stream_id
       WHERE c.expires_at <= now()
       ORDER BY c.expires_at LIMIT ? FOR UPDATE OF c, s SKIP LOCKED
      """;

  /**
   * A found channel.
   *
   * @param isStale whether a use must prolong its lifetime
   */
  record Found(Channel channel, boolean isStale) {}

  /** A channel whose row is locked. */
  private record Locked(
      long stream,
      Channel.State state,
      boolean isExpired,
      boolean isDoomed,
      @Nullable Long source,
      long forkedAt,
      int forkedBytes) {}

  private static final Row<Found> FOUND =
      row ->
          new Found(
              new Channel(
                  new StreamRef(row.getLong("id"), row.getObject("public_id", UUID.class)),
                  new ContentType(row.getString("content_type")),
                  Channel.State.of(row.getString("state")),
                  row.getLong("next"),
                  lifetime(row)),
              row.getBoolean("is_stale"));

  private static final Row<Locked> LOCKED =
      row ->
          new Locked(
              row.getLong("stream_id"),
              Channel.State.of(row.getString("state")),
              row.getBoolean("is_expired"),
              row.getBoolean("doomed"),
              row.getObject("source", Long.class),
              row.getLong("forked_at"),
              row.getInt("forked_bytes"));

  private final Streams streams;
  private final Forks forks;
  private final Removal removal;

  ChannelTable(Streams streams, Forks forks, Removal removal) {
    this.streams = streams;
    this.forks = forks;
    this.removal = removal;
  }

  private static Lifetime lifetime(ResultSet row) throws SQLException {
    OptionalLong ttl = Columns.bigint(row, "ttl_s");
    if (ttl.isPresent()) {
      return new Lifetime.Sliding(Duration.ofSeconds(ttl.getAsLong()));
    }
    return Columns.time(row, "expires_at")
        .<Lifetime>map(Lifetime.Until::new)
        .orElse(Lifetime.FOREVER);
  }

  Optional<Found> find(Database database, ChannelName name) {
    return database.first(FIND, FOUND, name.owner().id(), name.path());
  }

  void prolong(Database database, long stream) {
    database.update(PROLONG, stream);
  }

  Creation create(Tx tx, NewChannel wanted, Optional<ChannelFork.Parting> parting) {
    ChannelName name = wanted.name();
    tx.only(TAKE_TURNS, row -> true, name.owner().id() + "\n" + name.path());
    Optional<Locked> there = lock(tx, name);
    if (there.isPresent() && !there.get().isDoomed() && !there.get().isExpired()) {
      return compare(tx, there.get(), wanted, parting);
    }
    if (there.isPresent() && isKept(tx, there.get())) {
      return new Creation.Differs("it has expired and is kept for its forks");
    }
    return new Creation.Made(make(tx, wanted, parting));
  }

  private Creation compare(
      Tx tx, Locked there, NewChannel wanted, Optional<ChannelFork.Parting> parting) {
    if (there.state() == Channel.State.DELETED) {
      return new Creation.Differs("it was deleted and is kept for its forks");
    }
    ChannelName name = wanted.name();
    Channel channel = tx.only(FIND, FOUND, name.owner().id(), name.path()).channel();
    ContentType type = wanted.contentType().orElse(ContentType.BYTES);
    if (!type.isLike(channel.contentType())
        && (wanted.contentType().isPresent() || parting.isEmpty())) {
      return new Creation.Differs("it holds " + channel.contentType().text());
    }
    boolean inherits = parting.isPresent() && wanted.lifetime().isEmpty();
    if (!inherits && !wanted.lifetime().orElse(Lifetime.FOREVER).equals(channel.lifetime())) {
      return new Creation.Differs("it lives for another time");
    }
    if (wanted.closed() != channel.isClosed()) {
      return new Creation.Differs(channel.isClosed() ? "it is closed" : "it is open");
    }
    return isSameFork(there, wanted, parting)
        ? new Creation.There(channel)
        : new Creation.Differs("it is not that fork");
  }

  /**
   * Whether the existing channel is the requested fork. Without a requested number, any number
   * matches, since the source may have grown.
   */
  private static boolean isSameFork(
      Locked there, NewChannel wanted, Optional<ChannelFork.Parting> parting) {
    if (parting.isEmpty() || there.source() == null) {
      return parting.isEmpty() && there.source() == null;
    }
    ChannelFork.Parting wish = parting.get();
    boolean anywhere = wanted.source().orElseThrow().at().isEmpty();
    return there.source() == wish.source().ref().id()
        && (anywhere
            || there.forkedAt() == wish.at() && there.forkedBytes() == wish.partial().length);
  }

  private Channel make(Tx tx, NewChannel wanted, Optional<ChannelFork.Parting> parting) {
    ContentType type =
        wanted
            .contentType()
            .or(() -> parting.map(it -> it.source().contentType()))
            .orElse(ContentType.BYTES);
    Lifetime lifetime =
        wanted
            .lifetime()
            .or(() -> parting.map(it -> it.source().lifetime()))
            .orElse(Lifetime.FOREVER);
    NewStream stream =
        new NewStream(wanted.name().owner(), Removal.CHANNEL, type.text(), List.of());
    StreamRef ref =
        parting.isEmpty()
            ? streams.create(tx, stream)
            : forks.fork(
                tx,
                stream,
                parting.get().source().ref().id(),
                parting.get().at(),
                parting.get().taken());
    Channel.State state = wanted.closed() ? Channel.State.CLOSED : Channel.State.OPEN;
    long first = parting.map(it -> it.at() + it.taken().size()).orElse(0L);
    long next = first + wanted.events().size();
    List<ChunkRow> rows = ChunkRow.cut(ref.id(), first, wanted.events());
    tx.update(
        PUT,
        ChunkRow.streams(rows),
        ChunkRow.seqs(rows),
        ChunkRow.sizes(rows),
        ChunkRow.data(rows));
    tx.update(
        CREATE,
        ref.id(),
        wanted.name().owner().id(),
        wanted.name().path(),
        state.column(),
        next,
        parting.map(it -> it.partial().length).orElse(0),
        lifetime instanceof Lifetime.Until(var then) ? then : null,
        lifetime instanceof Lifetime.Sliding(var unused) ? unused.toSeconds() : null);
    if (wanted.closed()) {
      tx.update(CLOSE, next, ref.id());
    }
    return new Channel(ref, type, state, next, lifetime);
  }

  Deletion delete(Tx tx, ChannelName name) {
    Optional<Locked> there = lock(tx, name).filter(it -> !it.isDoomed() && !it.isExpired());
    if (there.isEmpty()) {
      return Deletion.MISSING;
    }
    if (there.get().state() == Channel.State.DELETED) {
      return Deletion.ALREADY;
    }
    remove(tx, there.get().stream());
    return Deletion.DONE;
  }

  /** Removes expired channels; returns their number. */
  int removeExpired(Tx tx, int most) {
    List<Long> expired = tx.list(EXPIRED, row -> row.getLong(1), most);
    expired.forEach(stream -> remove(tx, stream));
    return expired.size();
  }

  private static Optional<Locked> lock(Tx tx, ChannelName name) {
    return tx.first(LOCK, LOCKED, name.owner().id(), name.path());
  }

  /**
   * Frees the name of an expired or removed channel unless forks need it; returns whether they do.
   */
  private boolean isKept(Tx tx, Locked over) {
    if (over.isDoomed()) {
      tx.update(FREE, over.stream());
      return false;
    }
    return remove(tx, over.stream());
  }

  /** Removes a channel; returns whether it is kept for its forks. */
  private boolean remove(Tx tx, long stream) {
    removal.removeChannel(tx, stream);
    boolean kept = tx.first(IS_DOOMED, row -> !row.getBoolean(1), stream).orElse(false);
    tx.update(kept ? KEEP : FREE, stream);
    return kept;
  }
}
