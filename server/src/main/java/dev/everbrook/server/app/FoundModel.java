package dev.everbrook.server.app;

import dev.everbrook.model.OpenAiModel;
import dev.everbrook.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * The model that this process asks. Closed by the app.
 *
 * @param shown its line on the start page of the terminal
 * @param simulator runs within this process, if the model is its simulator
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
