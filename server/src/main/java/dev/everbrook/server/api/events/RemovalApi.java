package dev.everbrook.server.api.events;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.Removal;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.server.chat.OwnAnswers;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;

/**
 * Removes answers permanently; forks keep the events that they share. Safe for use by many threads.
 *
 * <p>This dialect has no forks, since it has no operation that could write the new stream.
 */
public final class RemovalApi {

  private final Database database;
  private final OwnAnswers own;
  private final Removal removal;

  public RemovalApi(Database database, StreamLog log, Removal removal) {
    this.database = database;
    this.own = new OwnAnswers(log);
    this.removal = removal;
  }

  public void on(Routes routes) {
    routes.delete("/v1/streams/:id", this::remove);
  }

  private Reply remove(Request request) {
    Head head = own.get(request.principal(), request.id("id"));
    try {
      if (!database.tx(tx -> removal.remove(tx, head.ref().id()))) {
        throw OwnAnswers.unknown();
      }
      return Reply.empty(204);
    } catch (StreamFailure e) {
      if (e.reason() != StreamFailure.Reason.BEING_WRITTEN) {
        throw e;
      }
      throw new HttpFailure(409, "This stream is still being written; cancel it first.");
    }
  }
}
