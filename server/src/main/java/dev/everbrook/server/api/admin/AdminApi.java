package dev.everbrook.server.api.admin;

import dev.everbrook.engine.Engine;
import dev.everbrook.server.http.Gate;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;

/** The routes of the dialect, all behind one gate. */
public final class AdminApi {

  private static final int BODY_BYTES_MAX = 256 * 1024;

  private final Engine engine;
  private final Gate gate;

  public AdminApi(Engine engine, Gate gate) {
    this.engine = engine;
    this.gate = gate;
  }

  public void on(Routes routes) {
    for (String area : new String[] {"/v1/queues", "/v1/jobs", "/v1/schedules"}) {
      routes.area(area, BODY_BYTES_MAX, Reply::failure);
    }
    Routes guarded = routes.behind(gate, Reply::failure);
    new JobsApi(engine.jobs()).on(guarded);
    new QueuesApi(engine.jobs()).on(guarded);
    new LanesApi(engine.jobs()).on(guarded);
    new SchedulesApi(engine.schedules()).on(guarded);
  }
}
