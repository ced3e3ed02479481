package dev.everbrook.server.app;

import dev.everbrook.model.OpenAiModel;
import dev.everbrook.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * The model of this process. Closed by the app.
 *
 * @param shown its line in the terminal's start message
 * @param simulator the simulator in this process, if the model is simulated
 */
record FoundModel(OpenAiModel model, String name, String shown, Optional<Simulator> simulator)
    implements AutoCloseable {

  boolean isSimulated() {
    return simulator.isPresent();
  }

  @Override
  public void close() {
    model.close();
    simulator.ifPresent(FoundModel::close);
  }

  private static void close(Simulator simulator) {
    try {
      simulator.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the simulator did not close", e);
    }
  }
}
