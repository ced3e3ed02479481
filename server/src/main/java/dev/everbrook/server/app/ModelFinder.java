package dev.everbrook.server.app;

import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Provider;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Decides which model to ask: the one that is configured; else, in dev, the first of LM Studio and
 * Ollama that answers on this machine; else the built-in simulator.
 */
final class ModelFinder {

  private static final URI HOSTED = URI.create("https://api.openai.com/v1");
  private static final URI LM_STUDIO = URI.create("http://127.0.0.1:1234/v1");
  private static final URI OLLAMA = URI.create("http://127.0.0.1:11434/v1");
  private static final Duration PROBE_MAX = Duration.ofMillis(300);
  private static final Duration LISTING_MAX = Duration.ofSeconds(3);
  private static final String HOSTED_MODEL = "gemini-2.0-flash";
  private static final String SIMULATED_MODEL = "sim-8b";

  private final Configuration configuration;

  ModelFinder(Configuration configuration) {
    this.configuration = configuration;
  }

  FoundModel find() {
    if (configuration.modelBase().isPresent()) {
      return configured(configuration.modelBase().get());
    }
    if (configuration.production()) {
      return configured(HOSTED);
    }
    return local(LM_STUDIO, "LM Studio")
        .or(() -> local(OLLAMA, "Ollama"))
        .orElseGet(this::simulated);
  }

  private FoundModel configured(URI base) {
    OpenAiModel model = new OpenAiModel(Provider.of(base, configuration.key()));
    Optional<String> found =
        configuration.model().or(() -> model.models(LISTING_MAX).flatMap(ModelFinder::firstChat));
    String name = found.orElse(HOSTED_MODEL);
    String guessed =
        found.isPresent()
            ? ""
            : ", which is a guess: it lists no models (is it up?), and AI_MODEL is not set";
    return new FoundModel(model, name, name + " at " + base.getHost() + guessed, Optional.empty());
  }

  private Optional<FoundModel> local(URI base, String what) {
    OpenAiModel model = new OpenAiModel(Provider.of(base, configuration.key()));
    Optional<String> first = model.models(PROBE_MAX).flatMap(ModelFinder::firstChat);
    if (first.isEmpty()) {
      model.close();
      return Optional.empty();
    }
    String name = configuration.model().orElse(first.get());
    return Optional.of(
        new FoundModel(
            model, name, name + " in " + what + " on port " + base.getPort(), Optional.empty()));
  }

  private static Optional<String> firstChat(List<String> models) {
    return models.stream().filter(it -> !it.contains("embed")).findFirst();
  }

  private FoundModel simulated() {
    try {
      Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT);
      String name =
          configuration.model().filter(it -> it.startsWith("sim-")).orElse(SIMULATED_MODEL);
      return new FoundModel(
          new OpenAiModel(Provider.of(simulator.baseUrl(), configuration.key())),
          name,
          name
              + ", simulated: no model was found on ports 1234 and 11434, and OPENAI_BASE_URL is"
              + " not set"
              + configuration
                  .model()
                  .filter(it -> !it.equals(name))
                  .map(it -> ", so " + it + " is not used")
                  .orElse(""),
          Optional.of(simulator));
    } catch (IOException e) {
      throw new UncheckedIOException("the simulator could not start", e);
    }
  }
}
