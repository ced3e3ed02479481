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
 * Streams with a name, to which everybody may append who may see them, on any node and at the same
 * time. Their events are read as those of any stream, with {@link StreamLog} or a live tail. Safe
 * for use by many threads.
 *
 * <p>Unlike a {@link dev.everbrook.engine.stream.StreamWriter}, which owns its stream and is fenced
 * off by the next, an append to a channel stands by itself: it is one request, all or nothing,
 * durable when it returns, and a {@link Producer} may repeat it. The rows and their locks are
 * {@link ChannelTable}'s, the transactions {@link ChannelCommit}'s, the rule what is taken {@link
 * ProducerStanding}'s.
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
   * Close it after everything that appends.
   *
   * @param listener is told of each commit of this node
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
   * Sees to it that there is such a channel. The same wish twice is no fault; of a channel that is
   * there already the events are not compared.
   *
   * @throws StreamFailure {@code TOO_DEEP} if its source is a fork too many times over
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

  /** What is known of a channel, without prolonging its life. */
  public Optional<Channel> find(ChannelName name) {
    return table.find(database, name).map(ChannelTable.Found::channel);
  }

  /** As {@link #find}, for who is about to read it: that prolongs its life. */
  public Optional<Channel> use(ChannelName name) {
    Optional<ChannelTable.Found> found = table.find(database, name);
    if (found.isPresent() && found.get().isStale()) {
      table.prolong(database, found.get().channel().ref().id());
    }
    return found.map(ChannelTable.Found::channel);
  }

  /**
   * Appends, and returns when that is durable and every reader was told, or when it is refused.
   *
   * @throws dev.everbrook.engine.store.StoreFailure if the database failed: then nobody knows
   *     whether the append stands, and only one with a {@link Producer} can be repeated without
   *     doubling it
   * @throws StreamFailure {@code REJECTED} if the database does not take these very events
   */
  public Appended append(Append append) throws InterruptedException {
    return commit.append(append);
  }

  /**
   * Appends in a transaction that does other work too: all of it is durable when that commits, and
   * then every reader is told. Until it ends, it holds up who else appends to the channel; so this
   * comes before what may wait for others, and no two channels in one transaction.
   *
   * @throws dev.everbrook.engine.store.StoreFailure as whatever fails in a transaction; for one, if
   *     others have the channel locked for 2 s
   */
  public Appended append(Tx tx, Append append) {
    return commit.append(tx, append);
  }

  /** Deletes a channel and its events, but for what its forks share. */
  public Deletion delete(ChannelName name) {
    return database.tx((Tx tx) -> table.delete(tx, name));
  }

  /** How many channels that had expired were removed; bounded, zero when there is none. */
  int sweep() {
    return sweeper.sweep();
  }

  @Override
  public void close() {
    sweeper.close();
    commit.close();
  }
}
