package dev.everbrook.server.testing.browser;

import dev.everbrook.server.testing.Shared;
import dev.everbrook.server.testing.SharedScene;
import dev.everbrook.server.testing.browser.InBrowser.Lane;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;

/** Gives all test classes of a lane the same {@link BrowserStage}, one class at a time. */
final class BrowserLanes implements ParameterResolver, ResourceLocksProvider {

  @Override
  public Set<Lock> provideForClass(Class<?> test) {
    return Set.of(new Lock("browser " + laneOf(test)));
  }

  @Override
  public Set<Lock> provideForMethod(List<Class<?>> enclosing, Class<?> test, Method method) {
    return Set.of();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == BrowserStage.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Lane lane = laneOf(context.getRequiredTestClass());
    return Shared.of(
        context, BrowserStage.class, lane, () -> BrowserStage.open(SharedScene.of(context)));
  }

  private static Lane laneOf(Class<?> test) {
    InBrowser marked = test.getAnnotation(InBrowser.class);
    if (marked == null) {
      throw new IllegalStateException(test + " must say in which browser it runs: @InBrowser(…)");
    }
    return marked.value();
  }
}
