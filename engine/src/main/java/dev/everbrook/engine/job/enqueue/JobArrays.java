package dev.everbrook.engine.job.enqueue;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.claim.PolicyJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Many jobs as arrays, one for each column, for a statement with {@code unnest}. */
@SuppressWarnings("ArrayRecordComponent") // bound as they are, never compared
record JobArrays(
    String[] queues,
    String[] kinds,
    String[] lanes,
    int[] priorities,
    int[] tokens,
    String[] principals,
    String[] payloads,
    long[] delaysMs,
    long[] deadlinesMs,
    String[] retries) {

  /**
   * All arrays in the order in which a statement binds them: queue, kind, lane, priority, tokens,
   * principal, payload, delay, deadline and retry policy, with the statement's own values before
   * and after them.
   */
  Object[] between(List<?> before, Object... after) {
    List<Object> values = new ArrayList<>(before);
    values.addAll(
        List.of(
            queues,
            kinds,
            lanes,
            priorities,
            tokens,
            principals,
            payloads,
            delaysMs,
            deadlinesMs,
            retries));
    values.addAll(Arrays.asList(after));
    return values.toArray();
  }

  static JobArrays of(List<NewJob> jobs) {
    int n = jobs.size();
    JobArrays all =
        new JobArrays(
            new String[n],
            new String[n],
            new String[n],
            new int[n],
            new int[n],
            new String[n],
            new String[n],
            new long[n],
            new long[n],
            new String[n]);
    for (int i = 0; i < n; i++) {
      NewJob job = jobs.get(i);
      all.queues[i] = job.queue();
      all.kinds[i] = job.kind();
      all.lanes[i] = job.lane();
      all.priorities[i] = job.priority();
      all.tokens[i] = job.tokens();
      all.principals[i] = job.principal();
      all.payloads[i] = job.payload();
      all.delaysMs[i] = job.delay().toMillis();
      all.deadlinesMs[i] = job.deadline().toMillis();
      all.retries[i] = PolicyJson.text(job.retry());
    }
    return all;
  }
}
