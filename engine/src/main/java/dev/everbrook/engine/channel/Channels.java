package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.Committed;
import dev.everbrook.engine.stream.Forks;
import dev.everbrook.engine.stream.Removal;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.Streams;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;

/**
 * Streams with a name. Every client that may see a channel may append to it, on any node and
 * concurrently. Events are read like those of any stream, with {@link StreamLog} or a live tail.
 * Safe for use by many threads.
 *
 * <p>A {@link dev.everbrook.engine.stream.StreamWriter} owns its stream and is fenced off by the
 * next. An append to a channel needs no owner: it is one request, all or nothing, durable when it
 * returns, and a {@link Producer} may repeat it. {@link ChannelTable} has the rows and their locks,
 * {@link ChannelCommit} the transactions, {@link ProducerStanding} the rule for accepting an
 * append.
 */
public final class Channels implements AutoCloseable {

  private final Database database;
  private final ChannelTable table;
  private final ChannelFork fork;
  private final ChannelCommit commit;
  private final ChannelSweeper sweeper;

  /** The collaborators of the channels. */
  public record Parts(
      Database database,
      World world,
      StreamLog log,
      Streams streams,
      Forks forks,
      Removal removal,
      Fencing fencing) {}

  /**
   * The caller closes the channels after all appenders.
   *
   * @param listener called after each commit of this node
   */
  public Channels(Parts parts, Committed.Listener listener, MeterRegistry meters) {
    this.database = parts.database();
    this.table = new ChannelTable(parts.streams(), parts.forks(), parts.removal());
    this.fork = new ChannelFork(parts.log());
    this.commit =
        new ChannelCommit(parts.database(), parts.fencing(), parts.world(), listener, meters);
    this.sweeper = new ChannelSweeper(parts.database(), table, parts.world());
  }

  /**
   * Creates a channel unless it exists. The same request may be repeated; the events of an existing
   * channel are not compared.
   *
   * @throws StreamFailure {@code TOO_DEEP} if the chain of forks would be too long
   */
  public Creation create(NewChannel wanted) {
    return wanted.source().isEmpty()
        ? database.tx(tx -> table.create(tx, wanted, Optional.empty()))
        : fork(wanted, wanted.source().get());
  }

  private Creation fork(NewChannel wanted, ForkPoint point) {
    try {
      return switch (fork.of(wanted, find(point.source()))) {
        case ChannelFork.Found.No(var why) -> why;
        case ChannelFork.Found.Yes(var parting) ->
            database.tx(tx -> table.create(tx, wanted, Optional.of(parting)));
      };
    } catch (StreamFailure e) {
      if (e.reason() == StreamFailure.Reason.GONE) {
        return new Creation.Unfit("the source was deleted");
      }
      throw e;
    }
  }

  /** Finds a channel without prolonging its lifetime. */
  public Optional<Channel> find(ChannelName name) {
    return table.find(database, name).map(ChannelTable.Found::channel);
  }

  /** As {@link #find}, for a caller about to read the channel, and prolongs its lifetime. */
  public Optional<Channel> use(ChannelName name) {
    Optional<ChannelTable.Found> found = table.find(database, name);
    if (found.isPresent() && found.get().isStale()) {
      table.prolong(database, found.get().channel().ref().id());
    }
    return found.map(ChannelTable.Found::channel);
  }

  /**
   * Appends; returns when the append is durable and the readers are notified, or when it is
   * refused.
   *
   * @throws dev.everbrook.engine.store.StoreFailure if the database failed: the outcome is unknown,
   *     and only an append with a {@link Producer} can be repeated without doubling it
   * @throws StreamFailure {@code REJECTED} if the database refuses these events
   */
  public Appended append(Append append) throws InterruptedException {
    return commit.append(append);
  }

  /**
   * Appends in the caller's transaction. The append is durable when the transaction commits; then
   * the readers are notified. The transaction blocks other appends to the channel until it ends. So
   * append before any statement that may wait for other transactions, and to one channel only in a
   * transaction.
   *
   * @throws dev.everbrook.engine.store.StoreFailure if a statement fails; also if another
   *     transaction holds the channel's lock for 2 s
   */
  public Appended append(Tx tx, Append append) {
    return commit.append(tx, append);
  }

  /** Deletes a channel and its events, except those shared with forks. */
  public Deletion delete(ChannelName name) {
    return database.tx((Tx tx) -> table.delete(tx, name));
  }

  /** Removes a bounded batch of expired channels; returns their number. */
  int sweep() {
    return sweeper.sweep();
  }

  @Override
  public void close() {
    sweeper.close();
    commit.close();
  }
}
