package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobList;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.RequestParameters;
import dev.everbrook.server.http.Routes;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Jobs, one by one or by a filter. Safe for use by many threads. */
final class JobsApi {

  private static final int PAGE = 100;

  private final Jobs jobs;

  JobsApi(Jobs jobs) {
    this.jobs = jobs;
  }

  void on(Routes routes) {
    routes.on("GET", "/v1/jobs", this::list);
    routes.on("POST", "/v1/jobs/redrive", this::redrive);
    routes.on("GET", "/v1/jobs/:id", request -> found(job(request)));
    routes.on("POST", "/v1/jobs/:id/retry", this::retry);
    routes.on("POST", "/v1/jobs/:id/run-now", this::runNow);
    routes.on("POST", "/v1/jobs/:id/cancel", this::cancel);
  }

  private Reply list(Request request) {
    RequestParameters.only(
        request,
        Stream.concat(Stream.of(JobFilters.NAMES), Stream.of("before", "limit"))
            .toArray(String[]::new));
    JobFilter filter = JobFilters.of(request::parameter);
    long before = RequestParameters.whole(request, "before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
    int most = (int) RequestParameters.whole(request, "limit", PAGE, 1, JobList.PAGE_MAX);
    JobView.Page page = jobs.list().page(filter, before, most);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    ArrayNode listed = json.putArray("jobs");
    page.jobs().forEach(job -> listed.add(JobJson.of(job)));
    if (page.next().isPresent()) {
      json.put("next", page.next().getAsLong());
    } else {
      json.putNull("next");
    }
    return Reply.json(200, json);
  }

  private Reply found(long id) {
    return jobs.list()
        .find(id)
        .map(job -> Reply.json(200, JobJson.of(job)))
        .orElseThrow(JobsApi::unknown);
  }

  private Reply changed(long id) throws InterruptedException {
    return AfterCommit.show(() -> found(id), "/v1/jobs/" + id);
  }

  private Reply retry(Request request) throws InterruptedException {
    long id = job(request);
    Optional<JobState> state = jobs.control().retry(id);
    if (state.isPresent() && state.get() == JobState.DONE) {
      throw new HttpFailure(409, "This job is done; there is nothing to retry.");
    }
    return changed(id);
  }

  private Reply runNow(Request request) throws InterruptedException {
    long id = job(request);
    JobState state = jobs.control().runNow(id).orElseThrow(JobsApi::unknown);
    if (state == JobState.BLOCKED) {
      throw new HttpFailure(
          409,
          "This job does not wait for its time: it waits for its children, or for the job that it follows.");
    }
    if (state.isEnded()) {
      throw new HttpFailure(409, "This job has ended (" + state.column() + "); retry it instead.");
    }
    return changed(id);
  }

  private Reply cancel(Request request) throws InterruptedException {
    long id = job(request);
    jobs.cancel(id);
    return changed(id);
  }

  private Reply redrive(Request request) {
    JsonBody body = JsonBody.orEmpty(request).only("filter");
    JsonBody said =
        body.object("filter")
            .orElseThrow(() -> body.missing("filter", "; it may be {} for all failed jobs"))
            .only(JobFilters.NAMES);
    JobFilter filter =
        JobFilters.of(name -> name.equals("parent") ? said.jsonText(name) : said.text(name));
    JobFilter failed = filter.state().isPresent() ? filter : filter.state(JobState.FAILED);
    return begun(HttpFailure.checked(() -> jobs.control().redrive(failed)));
  }

  private static long job(Request request) {
    String text = request.part("id");
    return RequestParameters.whole(text)
        .orElseThrow(() ->
            HttpFailure.notFound(
                "The id of a job is a number; there is no '" + Excerpt.of(text) + "'."));
  }

  /** The reply for work in the background, with the address of its job. */
  static Reply begun(long job) {
    return Reply.json(202, Map.of("job", job, "href", "/v1/jobs/" + job));
  }

  private static HttpFailure unknown() {
    return HttpFailure.notFound("There is no job with this id; ended jobs are forgotten in time.");
  }
}
