/**
 * Talks to a chat model. It exports its one package.
 *
 * <p>Start reading at {@link dev.everbrook.model.ChatModel}.
 */
module dev.everbrook.model {
  requires java.net.http;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports dev.everbrook.model;
}
