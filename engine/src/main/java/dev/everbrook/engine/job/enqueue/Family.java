package dev.everbrook.engine.job.enqueue;

import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Enqueues jobs with their children, and reads the ends of the children. Safe for use by many
 * threads.
 */
public final class Family {

  /** The most jobs of one call: the parent and the whole tree below it. */
  static final int MEMBERS_MAX = 1_000;

  static final String NEW_IDS =
      """
      SELECT nextval(pg_get_serial_sequence('everbrook.job', 'id')) FROM generate_series(1, ?)
      """;

  private static final String ENQUEUE =
      """
      INSERT INTO everbrook.job (id, queue, kind, lane, priority, tokens, principal, payload, state,
                                 run_at, deadline_at, retry, trace, parent, on_failure, children,
                                 pending)
      OVERRIDING SYSTEM VALUE
      SELECT id, queue, kind, lane, priority, tokens, principal, payload::json,
             CASE WHEN children > 0 THEN 'blocked' WHEN delay > 0 THEN 'delayed' ELSE 'ready' END,
             now() + delay * interval '1 ms', now() + (delay + deadline) * interval '1 ms',
             nullif(retry, '')::json, nullif(?, ''), nullif(parent, 0), nullif(on_failure, ''), children, children
        FROM unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::int[], ?::text[], ?::text[],
                    ?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::text[],
                    ?::int[]) WITH ORDINALITY
          AS n(queue, kind, lane, priority, tokens, principal, payload, delay, deadline, retry, id,
               parent, on_failure, children, nth)
       ORDER BY nth
      """;

  private static final String AWAIT =
      """
      UPDATE everbrook.job
         SET state = 'blocked', owner = NULL, attempt = attempt - 1,
             children = children + ?, pending = pending + ?
       WHERE id = ? AND run = ? AND state = 'running' AND NOT cancelled
         AND owner = (SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE)
      """;

  private static final String IS_CANCELLED =
      """
      SELECT cancelled FROM everbrook.job
       WHERE id = ? AND run = ? AND owner = ? AND state = 'running'
      """;

  /** One child always fits. The row after the longest page only shows that more follow. */
  private static final String PAGE =
      """
      WITH first AS MATERIALIZED (
             SELECT child, kind, outcome, result, error,
                    row_number() OVER line AS nth,
                    sum(coalesce(octet_length(result::text), 0) + coalesce(octet_length(error), 0))
                      OVER line AS bytes
               FROM (SELECT * FROM everbrook.job_child
                      WHERE parent = ? AND child > ? ORDER BY child LIMIT ?) AS c
             WINDOW line AS (ORDER BY child))
      SELECT child, kind, outcome, result, error, (SELECT max(nth) FROM first) AS present
        FROM first WHERE nth <= ? AND (nth = 1 OR bytes <= ?) ORDER BY child
      """;

  private static final Row<ChildEnd> END =
      row ->
          new ChildEnd(
              row.getLong("child"),
              row.getString("kind"),
              Ended.of(row.getString("outcome")),
              Columns.text(row, "result"),
              Columns.text(row, "error"));

  private final Database database;
  private final JobInserter inserter;

  public Family(Database database, JobInserter inserter) {
    this.database = database;
    this.inserter = inserter;
  }

  /** A job of a tree, to be inserted. */
  private record Member(NewJob job, int parent, String onFailure, int children) {}

  /**
   * Enqueues a job that waits for its children, and the whole tree below it.
   *
   * @return the parent's id
   */
  public long enqueue(Tx tx, NewJob parent, List<Child> children, String trace) {
    List<Member> members = new ArrayList<>();
    members.add(new Member(parent, -1, "", children.size()));
    children.forEach(child -> collect(child, 0, members));
    return insert(tx, members, 0, trace).getFirst();
  }

  /** The result of putting a job back until its children have ended. */
  public enum Awaiting {
    /** The job waits for its children. */
    BEGUN,
    /** The job was cancelled meanwhile; this run enqueued no children. */
    CANCELLED,
    /** This run no longer holds the job. */
    LOST
  }

  /** Enqueues these children and puts their running parent back until they have ended. */
  public Awaiting await(Claimed claimed, List<Child> children, String trace) {
    List<Member> members = new ArrayList<>();
    children.forEach(child -> collect(child, -1, members));
    return database.tx(tx -> {
      int n = children.size();
      if (tx.update(AWAIT, n, n, claimed.id(), claimed.run(), claimed.node()) > 0) {
        insert(tx, members, claimed.id(), trace);
        return Awaiting.BEGUN;
      }
      Optional<Boolean> cancelled =
          tx.first(
              IS_CANCELLED, row -> row.getBoolean(1), claimed.id(), claimed.run(), claimed.node());
      return cancelled.orElse(false) ? Awaiting.CANCELLED : Awaiting.LOST;
    });
  }

  /** The leaves of these trees: the jobs that wait for no other. */
  public List<NewJob> jobs(List<Child> children) {
    List<Member> members = new ArrayList<>();
    children.forEach(child -> collect(child, -1, members));
    return members.stream().filter(it -> it.children() == 0).map(Member::job).toList();
  }

  /** The ends of all ended children of a job, in the order of their ids. */
  public List<ChildEnd> children(long parent) {
    List<ChildEnd> all = new ArrayList<>();
    long characters = 0;
    OptionalLong next = OptionalLong.of(0);
    while (next.isPresent()) {
      ChildEnd.Page page = page(parent, next.getAsLong());
      characters +=
          page.children().stream()
              .mapToLong(it -> it.result().length() + it.error().length())
              .sum();
      if (characters > Run.CHILDREN_BYTES_MAX) {
        throw new IllegalStateException(
            "the children of job "
                + parent
                + " left more than "
                + Run.CHILDREN_BYTES_MAX
                + " bytes of results and errors: read them by pages, with children(after)");
      }
      all.addAll(page.children());
      next = page.next();
    }
    return all;
  }

  /**
   * The same by pages, which are held in memory on both sides: at most {@link
   * Run#CHILDREN_PAGE_MAX} children, with {@value Run#PAGE_BYTES_MAX} bytes of results and errors.
   *
   * @param after the id of a child; 0 for the first page
   */
  public ChildEnd.Page page(long parent, long after) {
    record Found(ChildEnd end, long all) {}
    List<Found> found =
        database.list(
            PAGE,
            row -> new Found(END.read(row), row.getLong("present")),
            parent,
            after,
            Run.CHILDREN_PAGE_MAX + 1,
            Run.CHILDREN_PAGE_MAX,
            Run.PAGE_BYTES_MAX);
    boolean more = !found.isEmpty() && found.getLast().all() > found.size();
    return new ChildEnd.Page(
        found.stream().map(Found::end).toList(),
        more ? OptionalLong.of(found.getLast().end().job()) : OptionalLong.empty());
  }

  private static void collect(Child child, int parent, List<Member> members) {
    if (!child.job().dedupe().key().isEmpty()) {
      throw new IllegalArgumentException(
          "a child cannot have a dedupe key, since another job would have to end for its parent: "
              + child.job().dedupe().key());
    }
    if (members.size() >= MEMBERS_MAX) {
      throw new IllegalArgumentException(
          "one call enqueues at most "
              + MEMBERS_MAX
              + " jobs with their children; let children"
              + " enqueue theirs when they run");
    }
    int self = members.size();
    members.add(
        new Member(child.job(), parent, child.onFailure().column(), child.children().size()));
    child.children().forEach(it -> collect(it, self, members));
  }

  /** Inserts the members; parents come before their children. */
  private List<Long> insert(Tx tx, List<Member> members, long above, String trace) {
    List<Long> ids = tx.list(NEW_IDS, row -> row.getLong(1), members.size());
    int n = members.size();
    long[] parents = new long[n];
    String[] onFailure = new String[n];
    int[] children = new int[n];
    for (int i = 0; i < n; i++) {
      Member member = members.get(i);
      parents[i] = member.parent() < 0 ? above : ids.get(member.parent());
      onFailure[i] = member.onFailure();
      children[i] = member.children();
    }
    List<NewJob> jobs = members.stream().map(Member::job).toList();
    inserter.announceLanes(tx, jobs);
    tx.update(
        ENQUEUE,
        JobArrays.of(jobs)
            .between(
                List.of(trace),
                ids.stream().mapToLong(it -> it).toArray(),
                parents,
                onFailure,
                children));
    return ids;
  }
}
