package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.admin.Canceller;
import dev.everbrook.engine.job.admin.Revival;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.claim.ScanCursor;
import dev.everbrook.engine.job.enqueue.DedupeInserter;
import dev.everbrook.engine.job.enqueue.Family;
import dev.everbrook.engine.job.enqueue.JobInserter;
import dev.everbrook.engine.job.finish.JobMeters;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.job.finish.VerdictTable;
import dev.everbrook.engine.job.run.RunReconciler;
import dev.everbrook.engine.job.upkeep.Promoter;
import dev.everbrook.engine.job.upkeep.Rescuer;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The states of jobs against {@link StatesModel}: two nodes do whatever nodes do, a statement at a
 * time, in an order that chance decides; after each the database says what the model says.
 */
class StatesTest {

  private static final int ROUNDS = 12;
  private static final int STEPS = 150;
  private static final Set<String> KINDS = Set.of(JobsTest.KIND);
  private static final Duration DELAY = Duration.ofMinutes(1);

  private HikariDataSource pool;
  private Database database;
  private Family family;
  private Claims claims;
  private Rescuer rescuer;
  private Promoter promoter;
  private final VerdictTable verdicts = new VerdictTable();
  private final JobInserter inserter = new JobInserter();
  private final DedupeInserter dedupes = new DedupeInserter(inserter);
  private final List<Long> nodes = new ArrayList<>();
  private final List<Claimed> claimed = new ArrayList<>();
  private StatesModel model = new StatesModel();
  private Random chance = new Random(0);

  @BeforeEach
  void start() {
    Access access = TestNode.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 2);
    database = new Database(pool);
    family = new Family(database, inserter);
    claims = new Claims(database, World.real());
    rescuer = new Rescuer(database, _ -> {}, new JobMeters(new SimpleMeterRegistry()));
    promoter = new Promoter(database, _ -> {});
  }

  @AfterEach
  void stop() {
    pool.close();
  }

  @Test
  void whateverHappensInWhicheverOrderTheTableOfStatesHolds() throws Exception {
    long seed = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      play(seed + round);
    }
  }

  private void play(long seed) throws InterruptedException {
    chance = new Random(seed);
    model = new StatesModel();
    claimed.clear();
    nodes.clear();
    database.update("TRUNCATE everbrook.job, everbrook.job_done, everbrook.job_child");
    List<String> story = new ArrayList<>();
    nodes.add(born());
    nodes.add(born());
    for (int step = 0; step < STEPS; step++) {
      story.add(step());
      assertThat(rows())
          .as("seed %s, after step %s of %s", seed, step, story)
          .isEqualTo(model.rows());
    }
  }

  private String step() throws InterruptedException {
    return switch (chance.nextInt(18)) {
      case 0, 1, 2 -> enqueue();
      case 3 -> enqueueOnce();
      case 4 -> enqueueFamily();
      case 5, 6, 7 -> claim();
      case 8, 9, 10 -> finish();
      case 11 -> cancel();
      case 12, 13 -> split();
      case 14 -> revive();
      case 15 -> giveBack();
      case 16 -> chance.nextInt(3) == 0 ? die() : rescue();
      default -> promote();
    };
  }

  private String enqueue() {
    boolean delayed = chance.nextInt(3) == 0;
    int priority = chance.nextInt(3);
    NewJob job = job().priority(priority);
    long id = database.tx(tx -> inserter.enqueue(tx, delayed ? job.after(DELAY) : job, ""));
    model.enqueued(id, delayed, priority);
    return "enqueue " + id + (delayed ? " later" : "");
  }

  private String enqueueOnce() {
    String key = "k" + chance.nextInt(2);
    Dedupe dedupe =
        switch (chance.nextInt(4)) {
          case 0 -> Dedupe.reject(key);
          case 1 -> Dedupe.replace(key);
          case 2 -> Dedupe.debounce(key, Duration.ofHours(1));
          default -> Dedupe.keepLast(key);
        };
    boolean delayed = dedupe.how() == Dedupe.How.DEBOUNCE;
    NewJob job = (delayed ? job().after(DELAY) : job()).dedupe(dedupe);
    Enqueued enqueued = database.tx(tx -> dedupes.enqueue(tx, job, ""));
    assertThat(enqueued.fate()).isEqualTo(model.offered(enqueued.job(), dedupe, delayed));
    return "offer " + dedupe.how() + " " + key + " " + enqueued;
  }

  private String enqueueFamily() {
    List<Child> children = children();
    long id = database.tx(tx -> family.enqueue(tx, job(), children, ""));
    model.family(id, children.stream().map(Child::onFailure).toList());
    return "family " + id + " with " + children.size();
  }

  private List<Child> children() {
    List<Child> children = new ArrayList<>();
    for (int i = 0; i <= chance.nextInt(3); i++) {
      Child.OnFailure[] rules = Child.OnFailure.values();
      children.add(Child.of(job()).onFailure(rules[chance.nextInt(rules.length)]));
    }
    return children;
  }

  private String split() {
    if (claimed.isEmpty()) {
      return "nothing to split";
    }
    Claimed which = claimed.get(chance.nextInt(claimed.size()));
    List<Child> children = children();
    Family.Awaiting awaiting = family.await(which, children, "");
    List<Long> ids =
        database.list(
            "SELECT id FROM everbrook.job WHERE parent = ? ORDER BY id DESC LIMIT ?",
            row -> row.getLong(1),
            which.id(),
            awaiting == Family.Awaiting.BEGUN ? children.size() : 0);
    assertThat(awaiting)
        .isEqualTo(
            model.split(which, ids.reversed(), children.stream().map(Child::onFailure).toList()));
    return "split " + which.id() + " run " + which.run() + " " + awaiting + " " + ids;
  }

  private String giveBack() {
    if (claimed.isEmpty()) {
      return "nothing to give back";
    }
    Claimed which = claimed.get(chance.nextInt(claimed.size()));
    boolean given =
        !database
            .list(
                RunReconciler.GIVE_BACK,
                row -> row.getString(1),
                new long[] {which.id()},
                new int[] {which.run()},
                which.node())
            .isEmpty();
    assertThat(given).isEqualTo(model.givenBack(which));
    return "give back " + which.id() + " run " + which.run() + " " + given;
  }

  private String revive() {
    Optional<Long> id = model.anyEnded(chance);
    if (id.isEmpty()) {
      return "nothing to revive";
    }
    boolean revived = !database.tx(tx -> Revival.revive(tx, "", id.get())).isEmpty();
    assertThat(revived).isEqualTo(model.revived(id.get()));
    return "revive " + id.get() + " " + revived;
  }

  private String claim() {
    long node = node();
    int most = 1 + chance.nextInt(3);
    List<Claimed> jobs =
        claims
            .claim(
                node, "q", KINDS, new Claims.Want(most, Claims.BYTES_MAX), ScanCursor.Place.FIRST)
            .jobs();
    claimed.addAll(jobs);
    assertThat(jobs.stream().map(Claimed::id).toList()).isEqualTo(model.claimed(node, most));
    return "claim by " + node + ": " + jobs.stream().map(Claimed::id).toList();
  }

  /** By whoever ever claimed one: most of them hold it no longer. */
  private String finish() {
    if (claimed.isEmpty()) {
      return "nothing to finish";
    }
    Claimed which = claimed.get(chance.nextInt(claimed.size()));
    Verdict verdict =
        switch (chance.nextInt(5)) {
          case 0 -> new Verdict.Finish(Ended.FAILED, "no luck", "");
          case 1 -> new Verdict.RunAgain(Duration.ZERO, chance.nextBoolean(), "again");
          case 2 -> new Verdict.RunAgain(DELAY, chance.nextBoolean(), "later");
          default -> new Verdict.Finish(Ended.DONE, "", "1");
        };
    List<VerdictTable.Entry> entries = List.of(new VerdictTable.Entry(which, verdict));
    if (chance.nextInt(8) == 0) { // as a run whose own transaction is not committed
      rollBack(tx -> verdicts.write(tx, entries));
      return "verdict " + verdict + " on " + which.id() + ", rolled back";
    }
    VerdictTable.Written written = database.tx(tx -> verdicts.write(tx, entries));
    assertThat(written.jobs().contains(which.id()))
        .as("held: %s", which)
        .isEqualTo(model.verdict(which, verdict));
    return "verdict " + verdict + " on " + which.id() + " run " + which.run();
  }

  private void rollBack(Tx.Work<?> work) {
    assertThatThrownBy(() ->
            database.tx(tx -> {
              work.in(tx);
              throw new IllegalStateException("not committed");
            }))
        .hasMessage("not committed");
  }

  private String cancel() {
    Optional<Long> id = model.any(chance);
    if (id.isEmpty()) {
      return "nothing to cancel";
    }
    database.tx(tx -> Canceller.mark(tx, id.get(), new HashSet<>()));
    model.cancelled(id.get());
    return "cancel " + id.get();
  }

  private String die() {
    int i = chance.nextInt(nodes.size());
    long node = nodes.get(i);
    database.update("DELETE FROM everbrook.node WHERE id = ?", node);
    nodes.set(i, born());
    model.died(node);
    return "node " + node + " dies";
  }

  private String rescue() throws InterruptedException {
    rescuer.step();
    model.rescued();
    return "rescue";
  }

  private String promote() {
    if (chance.nextBoolean()) {
      database.update("UPDATE everbrook.job SET run_at = now() WHERE state = 'delayed'");
      promoter.step();
      model.promoted();
      return "promote";
    }
    promoter.step();
    return "promote nothing";
  }

  private long born() {
    return database
        .list(
            "INSERT INTO everbrook.node (name, beat_at, lease_ends)"
                + " VALUES ('t', now(), now() + interval '1 h') RETURNING id",
            row -> row.getLong(1))
        .getFirst();
  }

  private long node() {
    return nodes.get(chance.nextInt(nodes.size()));
  }

  private static NewJob job() {
    return NewJob.of("q", JobsTest.KIND, "{}");
  }

  private Map<Long, String> rows() {
    Map<Long, String> rows = new TreeMap<>();
    database.list(
        """
        SELECT id, state || ' run ' || run || ' attempt ' || attempt || ' owner '
                   || coalesce(owner, 0) || CASE WHEN cancelled THEN ' cancelled' ELSE '' END
                   || CASE WHEN fail_reason IS NOT NULL THEN ' doomed' ELSE '' END
                   || ' pending ' || pending
          FROM everbrook.job
        UNION ALL
        SELECT id, outcome || ' run ' || run || ' attempt ' || attempt FROM everbrook.job_done
        """,
        row -> rows.put(row.getLong(1), row.getString(2)));
    return rows;
  }
}
