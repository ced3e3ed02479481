package dev.everbrook.server.api.openai;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.RequestHandler;
import dev.everbrook.server.http.Routes;
import java.util.List;
import java.util.Map;

/**
 * OpenAI's API: models, chat completions and responses. The constructor brings its tables up to
 * date. Safe for use by many threads; its creator closes it before the engine.
 */
public final class OpenAiApi implements AutoCloseable {

  /** The longest request: a conversation with pictures. */
  private static final int BODY_BYTES_MAX = 20 << 20;

  private final Models models;
  private final CompletionsApi completions;

  /**
   * Parts of OpenAI's API that this server lacks: a request for one gets a 404 in OpenAI's form.
   */
  private static final List<String> ELSEWHERE =
      List.of(
          "/v1/audio",
          "/v1/batches",
          "/v1/completions",
          "/v1/conversations",
          "/v1/embeddings",
          "/v1/files",
          "/v1/images",
          "/v1/moderations",
          "/v1/uploads",
          "/v1/vector_stores");

  private final ResponsesApi responses;
  private final StoredResponsesApi stored;
  private final ExpiryLoop forgetting;

  /**
   * @param model lists the models of its provider
   * @param configured the model to list if the provider has no list
   */
  public OpenAiApi(Engine engine, World world, OpenAiModel model, String configured) {
    OpenAiMigrations.bringUpToDate(engine.database());
    Responses table = new Responses(engine.database());
    this.models = new Models(model, configured, world);
    this.completions = new CompletionsApi(engine, world);
    this.responses = new ResponsesApi(engine, world, table);
    this.forgetting = new ExpiryLoop(engine, table);
    this.stored = new StoredResponsesApi(engine, table, forgetting);
  }

  public void on(Routes routes) {
    for (String area : List.of(Models.PATH, CompletionsApi.PATH, ResponsesApi.PATH)) {
      routes.area(area, BODY_BYTES_MAX, OpenAiError::form);
    }
    ELSEWHERE.forEach(area -> routes.area(area, BODY_BYTES_MAX, OpenAiError::form));
    String response = ResponsesApi.PATH + "/:id";
    routes
        .get(Models.PATH, told(models::list))
        .get(Models.PATH + "/*", told(models::get))
        .post(CompletionsApi.PATH, told(completions::create))
        .post(ResponsesApi.PATH, told(responses::create))
        .get(response, told(stored::get))
        .post(response + "/cancel", told(stored::cancel))
        .get(response + "/input_items", told(stored::inputItems))
        .delete(response, told(stored::delete));
  }

  private static RequestHandler told(RequestHandler handler) {
    return request -> {
      try {
        return handler.handle(request);
      } catch (OpenAiError.Refused e) {
        return e.error().reply(Map.of());
      } catch (HttpFailure e) {
        return OpenAiError.of(e).reply(Map.of());
      }
    };
  }

  /** Stops the deletion of old rows; answers continue. */
  @Override
  public void close() {
    forgetting.close();
  }
}
