package dev.everbrook.server.testing.browser;

import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Shared;
import dev.everbrook.server.testing.SharedScene;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test class a {@link BrowserStage} that no other class uses meanwhile: one that an
 * earlier class left, or a new one if all are in use.
 */
final class BrowserStages implements ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(BrowserStages.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == BrowserStage.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Pool pool = Shared.of(context, Pool.class, "all", Pool::new);
    return ofClass(context)
        .getStore(NAMESPACE)
        .computeIfAbsent(Taken.class, _ -> pool.take(SharedScene.of(context)), Taken.class)
        .stage();
  }

  /** The context that lasts as long as the test class. */
  private static ExtensionContext ofClass(ExtensionContext context) {
    return context.getTestMethod().flatMap(_ -> context.getParent()).orElse(context);
  }

  /**
   * A stage in use; JUnit closes it, which gives the stage back, after the last test of a class.
   */
  private record Taken(BrowserStage stage, Pool pool) implements AutoCloseable {

    @Override
    public void close() {
      pool.giveBack(stage);
    }
  }

  /** All stages of a run. As many are open as classes have run at the same time. */
  private static final class Pool implements AutoCloseable {

    private final Deque<BrowserStage> idle = new ArrayDeque<>();
    private final List<BrowserStage> all = new ArrayList<>();

    Taken take(Scene simulated) {
      BrowserStage stage;
      synchronized (this) {
        stage = idle.poll();
      }
      if (stage == null) {
        stage = BrowserStage.open(simulated);
        synchronized (this) {
          all.add(stage);
        }
      }
      return new Taken(stage, this);
    }

    synchronized void giveBack(BrowserStage stage) {
      idle.push(stage);
    }

    @Override
    public synchronized void close() throws IOException {
      for (BrowserStage stage : all) {
        stage.close();
      }
    }
  }
}
