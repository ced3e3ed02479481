package dev.everbrook.postgres;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL in a folder, started and kept running by this process.
 *
 * <p>It is durable (fsync and synchronous_commit on), listens on 127.0.0.1 only and asks for a
 * password. The folder is used by one process at a time. If this process is killed, the server
 * keeps running, and the next {@link #start} on the folder attaches to it. If the server is killed,
 * it is started again on the same port within about a second; its clients lose their connections,
 * and no committed row.
 *
 * <p>Safe for use by any thread. The caller of {@link #start} closes it; only {@link #close} ends
 * the server.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final Duration REST_AFTER_FAILURE = Duration.ofSeconds(5);
  private static final Duration SUPERVISOR_ENDS_MAX = Duration.ofSeconds(20);

  private final Settings settings;
  private final FolderLock lock;
  private final Probe probe;
  private final Raising raising;
  private final BoundedLog log;
  private final boolean attached;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread supervisor;
  private volatile Postmaster postmaster;

  private EmbeddedPostgres(
      Settings settings,
      FolderLock lock,
      Probe probe,
      Raising raising,
      BoundedLog log,
      Postmaster postmaster) {
    this.settings = settings;
    this.lock = lock;
    this.probe = probe;
    this.raising = raising;
    this.log = log;
    this.postmaster = postmaster;
    this.attached = postmaster.child().isEmpty();
    this.supervisor = Thread.ofVirtual().name("postgres-supervisor").start(this::supervise);
  }

  /**
   * Starts the server, or attaches to one that a killed process left, and returns when the server
   * answers. The first start in a folder unpacks PostgreSQL and creates the cluster (about 2 s).
   *
   * @throws PostgresFailure if the folder is in use, holds other files or another major version, or
   *     if the server was not ready in time; the message says what to do
   */
  public static EmbeddedPostgres start(Settings settings) {
    long started = System.nanoTime();
    Patience patience = Patience.of(settings.startMax());
    Home home = Home.open(settings.folder());
    FolderLock lock = FolderLock.take(home);
    boolean done = false;
    try {
      Binaries binaries = new Unpacking(settings.binaries()).binaries();
      Cluster cluster = new Cluster(home, binaries);
      cluster.prepare(patience);
      Probe probe = new Probe(home.cluster(), cluster.password());
      BoundedLog log = new BoundedLog(home.log());
      Raising raising = new Raising(home, binaries, probe, log);
      Postmaster postmaster = raising.anyPort(patience);
      EmbeddedPostgres postgres =
          new EmbeddedPostgres(settings, lock, probe, raising, log, postmaster);
      done = true;
      LOG.info(
          "PostgreSQL {} {} on port {} (pid {}, {} ms) in {}",
          binaries.major(),
          postgres.attached ? "found running" : "started",
          postgres.port(),
          postgres.pid(),
          Duration.ofNanos(System.nanoTime() - started).toMillis(),
          home.folder());
      return postgres;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresFailure("interrupted while PostgreSQL started in " + home.folder(), e);
    } finally {
      if (!done) {
        lock.close();
      }
    }
  }

  /** The access to the database {@code postgres} as superuser. */
  public Access access() {
    return probe.access(port());
  }

  /**
   * The port on 127.0.0.1. It stays the same for the life of this object, and for the folder unless
   * another program takes the port.
   */
  public int port() {
    return postmaster.port();
  }

  /** The pid of the server's first process; changes with a restart. */
  public long pid() {
    return postmaster.pid();
  }

  /** Whether {@link #start} found a server that an earlier process had left. */
  public boolean attached() {
    return attached;
  }

  /**
   * Stops the server: rolls back open transactions and writes a checkpoint, within 10 s. After that
   * it stops without the checkpoint, which only costs the next start a recovery. May be called
   * again.
   */
  @Override
  public void close() {
    end(true);
  }

  /** Stops supervising the server and leaves it running for the next process that attaches. */
  void leaveRunning() {
    end(false);
  }

  private void end(boolean stop) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    closing.countDown();
    boolean interrupted = Thread.interrupted();
    try {
      if (!supervisor.join(SUPERVISOR_ENDS_MAX)) {
        LOG.warn("the supervisor of PostgreSQL did not end within {}", SUPERVISOR_ENDS_MAX);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (stop) {
        postmaster.stop();
        LOG.info("PostgreSQL on port {} stopped", port());
      }
      lock.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void supervise() {
    Duration rest = LOOK_EVERY;
    try {
      while (!closing.await(rest.toMillis(), TimeUnit.MILLISECONDS)) {
        rest = look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look; returns how long to rest. A failed restart is logged and tried again, for ever. */
  private Duration look() throws InterruptedException {
    try {
      if (!postmaster.lives()) {
        restart();
      }
      log.trim(); // after the restart: a failure here must not prevent it
      return LOOK_EVERY;
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) { // wide: without its supervisor a dead server stays dead
      tell(e);
      return REST_AFTER_FAILURE;
    }
  }

  private void tell(Throwable e) {
    try {
      if (closing.getCount() > 0) {
        LOG.error(
            "cannot look after PostgreSQL, next try in {}: {}", REST_AFTER_FAILURE, e.toString());
      }
    } catch (Throwable _) { // wide: for example when memory runs out in the logger
      // It is logged the next time.
    }
  }

  private void restart() throws InterruptedException {
    Postmaster dead = postmaster;
    long since = System.nanoTime();
    postmaster = raising.onPort(dead.port(), Patience.of(settings.startMax(), closing));
    LOG.warn(
        "PostgreSQL (pid {}) died and was restarted on port {} (pid {}, {} ms)",
        dead.pid(),
        postmaster.port(),
        postmaster.pid(),
        Duration.ofNanos(System.nanoTime() - since).toMillis());
  }
}
