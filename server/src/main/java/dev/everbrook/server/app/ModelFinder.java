package dev.everbrook.server.app;

import dev.everbrook.model.Limits;
import dev.everbrook.model.Listing;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Provider;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides which model to use: the configured one; else, in dev, the first of LM Studio and Ollama
 * that answers on this machine; else the built-in simulator. If no model is named, the first chat
 * model in the provider's list is used; no name is guessed.
 */
final class ModelFinder {

  private static final URI HOSTED = URI.create("https://api.openai.com/v1");
  private static final URI LM_STUDIO = URI.create("http://127.0.0.1:1234/v1");
  private static final URI OLLAMA = URI.create("http://127.0.0.1:11434/v1");
  private static final Duration PROBE_MAX = Duration.ofMillis(300);
  private static final Duration LISTING_MAX = Duration.ofSeconds(10);
  private static final Duration AFTER_THE_DEADLINE = Duration.ofMinutes(1);
  private static final Duration TOTAL_MAX = Duration.ofDays(1);
  private static final int NAMED_MAX = 5;
  private static final String SIMULATED_MODEL = "sim-8b";

  private final Configuration configuration;

  ModelFinder(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * @throws Misconfigured if no model is named and the provider's list does not yield one
   */
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

  private Provider provider(URI base) {
    Limits limits = Limits.of(base).total(total());
    limits = configuration.firstToken().map(limits::firstToken).orElse(limits);
    limits = configuration.idle().map(limits::idle).orElse(limits);
    return new Provider(base, configuration.key(), limits, configuration.proxies().to(base));
  }

  /**
   * The limit of a call, later than the answer's deadline, so that the deadline ends the call with
   * its own message.
   */
  private Duration total() {
    Duration later = configuration.answerMax().plus(AFTER_THE_DEADLINE);
    return later.compareTo(TOTAL_MAX) < 0 ? later : TOTAL_MAX;
  }

  private FoundModel configured(URI base) {
    Provider provider = provider(base);
    OpenAiModel model = new OpenAiModel(provider);
    boolean found = false;
    try {
      String name =
          configuration.model().orElseGet(() -> firstChat(model.listing(LISTING_MAX), provider));
      String way = provider.proxy().map(it -> " through the proxy " + it).orElse("");
      found = true;
      return new FoundModel(model, name, name + " at " + provider.name() + way, Optional.empty());
    } finally {
      if (!found) {
        model.close();
      }
    }
  }

  private static String firstChat(Listing listing, Provider provider) {
    return switch (listing) {
      case Listing.Offered offered ->
          offered.firstChat().orElseThrow(() -> noChat(offered, provider));
      case Listing.Unknown(var why) ->
          throw new Misconfigured(
              Configuration.MODEL
                  + " must name the model to ask, since the list of the provider in "
                  + Configuration.BASE_URL
                  + " could not be read: "
                  + why);
    };
  }

  private static Misconfigured noChat(Listing.Offered offered, Provider provider) {
    String names =
        offered.names().stream().limit(NAMED_MAX).collect(Collectors.joining(", "))
            + (offered.names().size() > NAMED_MAX ? ", …" : "");
    return new Misconfigured(
        Configuration.MODEL
            + " must name the model to ask, since "
            + provider.name()
            + (offered.names().isEmpty()
                ? " lists none"
                : " lists none that holds a conversation: " + names)
            + (offered.more() ? " (further pages of its list are not read)" : ""));
  }

  private Optional<FoundModel> local(URI base, String what) {
    OpenAiModel model = new OpenAiModel(provider(base));
    Optional<String> first =
        model.listing(PROBE_MAX) instanceof Listing.Offered offered
            ? offered.firstChat()
            : Optional.empty();
    if (first.isEmpty()) {
      model.close();
      return Optional.empty();
    }
    String name = configuration.model().orElse(first.get());
    return Optional.of(
        new FoundModel(
            model, name, name + " in " + what + " on port " + base.getPort(), Optional.empty()));
  }

  private FoundModel simulated() {
    try {
      Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT);
      String name =
          configuration.model().filter(it -> it.startsWith("sim-")).orElse(SIMULATED_MODEL);
      return new FoundModel(
          new OpenAiModel(provider(simulator.baseUrl())),
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
