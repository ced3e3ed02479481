package dev.everbrook.engine.job.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobList;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.text.Excerpt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator sees of jobs. */
@Order(1)
class JobListTest {

  private static final Logger log = LoggerFactory.getLogger(JobListTest.class);
  private static final int HISTORY = 1_000_000;
  private static final Duration PAGE_MAX = Duration.ofSeconds(8);

  private static final String MILLION =
      """
      INSERT INTO everbrook.job_done
             (id, queue, kind, lane, priority, outcome, run, attempt, tokens, created_at,
              finished_at, deadline_at, principal, payload)
      SELECT nth, 'old', 'work', '', 0, 'done', 1, 1, 0,
             now() - (? - nth) * interval '1 ms', now() - (? - nth) * interval '1 ms',
             now(), '', '{}'
        FROM generate_series(1, ?) AS nth
      """;

  private static final String WAITING =
      """
      INSERT INTO everbrook.job (queue, kind, payload, deadline_at, owner, state)
      SELECT 'q', 'strange', '{}', now() + interval '1 h', CASE WHEN s = 'running' THEN 1 END, s
        FROM (SELECT ?::int AS most, ?::text AS s) AS wanted, generate_series(1, most)
      """;

  @AutoClose private final JobsNode node = new JobsNode();

  @Test
  void ofALongReasonAPageTellsTheBeginningAndTheJobItselfAllThatWasKept() throws Exception {
    String reason = "why ".repeat(5_000);
    node.jobs.handle("work", JobsTest.QUICK, _ -> new Outcome.Failed(reason, false));
    node.jobs.work(Map.of("q", 1));
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, NewJob.of("q", "work", "{}")));
    assertThat(node.outcome(id)).isEqualTo("failed");

    JobView.Page page = node.jobs.list().page(JobFilter.ALL.queue("q"), Long.MAX_VALUE, 10);
    assertThat(page.jobs().getFirst().error()).isEqualTo(reason.substring(0, JobList.ERROR_MAX));
    assertThat(node.jobs.list().find(id).orElseThrow().job().error())
        .isEqualTo(reason.substring(0, Excerpt.REASON_MAX) + "…");
  }

  @Test
  void aJobIsFoundWithAllThatBelongsToItLiveAndEnded() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    node.jobs.handle(
        "work",
        JobsTest.QUICK,
        _ -> {
          go.await();
          return new Outcome.Done("{\"r\":1}");
        });
    long id =
        node.database.tx(tx ->
            node.jobs.enqueue(
                tx,
                NewJob.of("q", "work", "{\"p\":1}")
                    .lane("a")
                    .priority(3)
                    .tokens(7)
                    .owner(new Principal("ann"))
                    .within(Duration.ofMinutes(5))));
    JobView.Detail ready = node.jobs.list().find(id).orElseThrow();
    assertThat(ready.job().state()).isEqualTo(JobState.READY);
    assertThat(ready.job().owner()).isEmpty();

    node.jobs.work(Map.of("q", 1));
    JobView.Detail running = awaitState(id, JobState.RUNNING);
    assertThat(running.job().owner()).contains(new JobView.Owner(node.membership.node(), "test"));
    go.countDown();
    JobView.Detail done = awaitState(id, JobState.DONE);

    assertThat(done.payload()).isEqualTo("{\"p\":1}");
    assertThat(done.result()).isEqualTo("{\"r\":1}");
    JobView job = done.job();
    assertThat(List.of(job.queue(), job.kind(), job.lane(), job.principal()))
        .containsExactly("q", "work", "a", "ann");
    assertThat(List.of(job.priority(), job.tokens(), job.attempt(), job.run()))
        .containsExactly(3, 7, 1, 1);
    assertThat(Duration.between(job.times().created(), job.times().deadline()))
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(job.times().finished()).isPresent();
    assertThat(node.jobs.list().find(id + 1)).isEmpty();
  }

  private JobView.Detail awaitState(long id, JobState state) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S)) {
      JobView.Detail found = node.jobs.list().find(id).orElseThrow();
      if (found.job().state() == state) {
        return found;
      }
      Await.rest();
    }
    throw new AssertionError("job " + id + " did not become " + state);
  }

  @Test
  void eachJobIsOnThePagesOnceWhileAllOfThemMove() throws Exception {
    int jobs = 1_000;
    List<Long> ids =
        node.database.tx(tx ->
            node.jobs.enqueueAll(
                tx, LongStream.range(0, jobs).mapToObj(i -> job("" + i)).toList()));
    Ends ends = new Ends(jobs);
    node.jobs.handle(
        "work",
        JobsTest.QUICK,
        ends.handler(run ->
            Integer.parseInt(run.payload()) % 3 == 0 && run.attempt() == 1
                ? new Outcome.Snooze(Duration.ofMillis(5), "later")
                : new Outcome.Done()));
    AtomicBoolean over = new AtomicBoolean();
    Thread reviving =
        Thread.ofVirtual()
            .start(() -> {
              while (!over.get()) {
                long id = ids.get((int) (System.nanoTime() % jobs));
                node.database.update(
                    "UPDATE everbrook.job_done SET outcome = 'cancelled' WHERE id = ?", id);
                node.jobs.control().retry(id);
                Await.rest();
              }
            });
    node.jobs.work(Map.of("q", 20));
    int rounds = 0;
    do {
      assertThat(all(JobFilter.ALL.queue("q"), 100)).isEqualTo(ids.reversed());
      rounds++;
    } while (ends.done.getCount() > 0);
    over.set(true);
    reviving.join();
    log.info("{} rounds of pages while {} jobs moved", rounds, jobs);
  }

  @Test
  void filtersSayWhichJobsAreMeant() throws Exception {
    node.working(
        4, run -> run.payload().equals("1") ? new Outcome.Failed("no", false) : new Outcome.Done());
    long done = enqueue(job("0").lane("a").owner(new Principal("ann")));
    node.outcome(done);
    long failed = enqueue(job("1").lane("b"));
    node.outcome(failed);
    long delayed = enqueue(job("2").after(Duration.ofHours(1)));
    long ready = enqueue(NewJob.of("other", "strange", "{}"));

    assertThat(all(JobFilter.ALL, 10)).containsExactly(ready, delayed, failed, done);
    assertThat(all(JobFilter.ALL.queue("q"), 1)).containsExactly(delayed, failed, done);
    assertThat(all(JobFilter.ALL.state(JobState.FAILED), 10)).containsExactly(failed);
    assertThat(all(JobFilter.ALL.queue("q").state(JobState.FAILED), 10)).containsExactly(failed);
    assertThat(all(JobFilter.ALL.queue("other").state(JobState.FAILED), 10)).isEmpty();
    assertThat(all(JobFilter.ALL.queue("q").state(JobState.CANCELLED), 10)).isEmpty();
    assertThat(all(JobFilter.ALL.state(JobState.DELAYED), 10)).containsExactly(delayed);
    assertThat(all(JobFilter.ALL.kind("strange"), 10)).containsExactly(ready);
    assertThat(all(JobFilter.ALL.lane("a"), 10)).containsExactly(done);
    assertThat(all(JobFilter.ALL.lane(""), 10)).containsExactly(ready, delayed);
    assertThat(all(JobFilter.ALL.principal("ann"), 10)).containsExactly(done);
    var ended = node.jobs.list().find(failed).orElseThrow().job().times().finished().orElseThrow();
    assertThat(all(JobFilter.ALL.from(ended).to(ended.plusNanos(1_000)), 10))
        .containsExactly(failed);
    assertThat(all(JobFilter.ALL.to(ended), 10)).doesNotContain(failed, delayed, ready);
    assertThat(all(JobFilter.ALL.from(ended.plusSeconds(3_600)), 10)).isEmpty();
    assertThatThrownBy(() -> JobFilter.ALL.from(ended).to(ended)).hasMessageContaining("before");
    assertThatThrownBy(() -> node.jobs.list().page(JobFilter.ALL, Long.MAX_VALUE, 1_001))
        .hasMessageContaining("1 to 1000");
  }

  @Test
  void whatRunsIsFoundBehindAllThatIsReady() {
    node.database.update(WAITING, 3, "running");
    node.database.update(WAITING, 2 * JobReader.LOOKED_MAX, "ready");

    JobView.Page page = page(JobFilter.ALL.queue("q").state(JobState.RUNNING), Long.MAX_VALUE, 2);
    assertThat(page.jobs()).extracting(JobView::id).containsExactly(3L, 2L);
    JobView.Page rest = page(JobFilter.ALL.state(JobState.RUNNING), page.next().getAsLong(), 2);
    assertThat(rest.jobs()).extracting(JobView::id).containsExactly(1L);
    assertThat(rest.next()).isEmpty();
    assertThat(all(JobFilter.ALL.queue("other").state(JobState.RUNNING), 2)).isEmpty();
    assertThat(page(JobFilter.ALL.state(JobState.DELAYED), Long.MAX_VALUE, 2).next())
        .as("the others are gone through by id")
        .isPresent();
    node.database.update("UPDATE everbrook.job SET state = 'running', owner = 1");
    assertThat(all(JobFilter.ALL.state(JobState.RUNNING), 1_000))
        .as("too many run")
        .hasSize(3 + 2 * JobReader.LOOKED_MAX);
  }

  @Test
  void theChildrenOfAJobAreFoundAmongAllOthersLiveAndEnded() throws Exception {
    int before = 3 * JobReader.LOOKED_MAX;
    node.database.update(MILLION, before, before, before);
    node.database.list(
        "SELECT setval(pg_get_serial_sequence('everbrook.job', 'id'), ?)", row -> true, before);
    node.working(
        4, run -> run.payload().equals("1") ? new Outcome.Failed("no", false) : new Outcome.Done());
    Child[] children = {
      Child.of(job("0")).onFailure(Child.OnFailure.IGNORE),
      Child.of(job("1")).onFailure(Child.OnFailure.IGNORE),
      Child.of(job("2").after(Duration.ofHours(1))),
    };
    long parent =
        node.database.tx(tx -> node.jobs.enqueue(tx, job("\"parent\""), List.of(children)));
    node.outcome(parent + 1);
    node.outcome(parent + 2);
    node.database.update(WAITING, 2 * JobReader.LOOKED_MAX, "ready");

    JobFilter family = JobFilter.ALL.parent(parent);
    JobView.Page page = page(family, Long.MAX_VALUE, 100);
    assertThat(page.jobs())
        .extracting(JobView::id)
        .containsExactly(parent + 3, parent + 2, parent + 1);
    assertThat(page.next()).isEmpty();
    assertThat(all(family, 1)).containsExactly(parent + 3, parent + 2, parent + 1);
    assertThat(all(family.state(JobState.FAILED), 1)).containsExactly(parent + 2);
    assertThat(all(family.state(JobState.DELAYED).queue("q"), 1)).containsExactly(parent + 3);
    assertThat(page(JobFilter.ALL.parent(parent + 1), Long.MAX_VALUE, 1).next()).isEmpty();
  }

  @Test
  void aPageOfAHistoryOfAMillionLooksAtAFewThousandRowsHoweverFewOfThemFit() {
    node.database.list("SELECT everbrook.keep_history(60, 604800, 10000000)", row -> true);
    node.database.update(MILLION, HISTORY, HISTORY, HISTORY);
    List<JobFilter> filters =
        List.of(
            JobFilter.ALL.kind("none"),
            JobFilter.ALL.queue("old").kind("none"),
            JobFilter.ALL.queue("old").lane("none").state(JobState.DONE));
    for (JobFilter filter : filters) {
      long start = System.nanoTime();
      JobView.Page page = page(filter, Long.MAX_VALUE, 100);
      assertThat(page.jobs()).isEmpty();
      assertThat(page.next()).hasValue(HISTORY - JobReader.LOOKED_MAX + 1);
      JobView.Page next = page(filter, page.next().getAsLong(), 100);
      assertThat(next.next()).hasValue(HISTORY - 2 * JobReader.LOOKED_MAX + 1);
      log.info("two pages for {} took {} ms", filter, (System.nanoTime() - start) / 1_000_000);
    }
    List<JobFilter> indexed =
        List.of(
            JobFilter.ALL.queue("none"),
            JobFilter.ALL.state(JobState.FAILED),
            JobFilter.ALL.queue("old").state(JobState.FAILED),
            JobFilter.ALL.state(JobState.CANCELLED).queue("old"),
            JobFilter.ALL.state(JobState.READY));
    for (JobFilter filter : indexed) {
      JobView.Page page = page(filter, Long.MAX_VALUE, 100);
      assertThat(page.next().isPresent()).as("all was looked at for %s", filter).isFalse();
    }
    assertThat(page(JobFilter.ALL.queue("old"), Long.MAX_VALUE, 1_000).jobs()).hasSize(1_000);
    node.database.update("UPDATE everbrook.job_done SET queue = 'quiet' WHERE id = 7");
    for (int i = 0; i < 12; i++) { // the plans that are kept, too
      JobFilter quiet = JobFilter.ALL.queue("quiet");
      assertThat(page(quiet, Long.MAX_VALUE, 100).jobs()).hasSize(1);
      assertThat(page(quiet.state(JobState.FAILED), Long.MAX_VALUE, 100).jobs()).isEmpty();
      assertThat(page(JobFilter.ALL.queue("old").kind("none"), 500_000, 100).jobs()).isEmpty();
    }
  }

  private JobView.Page page(JobFilter filter, long before, int most) {
    long start = System.nanoTime();
    JobView.Page page = node.jobs.list().page(filter, before, most);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PAGE_MAX);
    return page;
  }

  private List<Long> all(JobFilter filter, int most) {
    List<Long> ids = new ArrayList<>();
    OptionalLong before = OptionalLong.of(Long.MAX_VALUE);
    while (before.isPresent()) {
      JobView.Page page = node.jobs.list().page(filter, before.getAsLong(), most);
      page.jobs().forEach(job -> ids.add(job.id()));
      before = page.next();
    }
    return ids;
  }

  private long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private static NewJob job(String payload) {
    return NewJob.of("q", JobsTest.KIND, payload);
  }
}
