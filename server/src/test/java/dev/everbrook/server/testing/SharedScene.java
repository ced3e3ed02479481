package dev.everbrook.server.testing;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives all test classes that ask for a {@link Scene} the same one, and closes it after the last of
 * them. Others ask its server at the same time: a class that uses it changes no setting of it,
 * starts no worker over its database, and looks only at chats, streams, queues and calls of its
 * own.
 */
public final class SharedScene implements ParameterResolver {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Scene.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return of(context);
  }

  /** The shared one. */
  public static Scene of(ExtensionContext context) {
    return Shared.of(context, Scene.class, "the one", Scene::start);
  }
}
