package dev.everbrook.server.testing;

import java.util.concurrent.Callable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What all test classes of a run share: made when it is first asked for, closed at the end. */
public final class Shared {

  private Shared() {}

  /** The one of this type and name; JUnit closes it after the last test. */
  public static <T extends AutoCloseable> T of(
      ExtensionContext context, Class<T> type, Object name, Callable<T> make) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(Shared.class, type))
        .computeIfAbsent(name, _ -> made(type, make), type);
  }

  private static <T> T made(Class<T> type, Callable<T> make) {
    try {
      return make.call();
    } catch (Exception e) {
      throw new IllegalStateException("could not make the shared " + type.getSimpleName(), e);
    }
  }
}
