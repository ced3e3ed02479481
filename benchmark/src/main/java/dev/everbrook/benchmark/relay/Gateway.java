package dev.everbrook.benchmark.relay;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.peer.ChildProcess;
import dev.everbrook.benchmark.peer.EverbrookProcess;
import dev.everbrook.benchmark.peer.NpmPeer;
import dev.everbrook.benchmark.peer.PacedProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stands between a client and the provider.
 *
 * @param base where completions are asked for
 * @param headers what a request has to say besides
 * @param process nothing, if nothing stands there
 */
record Gateway(String name, URI base, Map<String, String> headers, Optional<ChildProcess> process)
    implements AutoCloseable {

  static Gateway none(URI provider) {
    return new Gateway("direct", provider, Map.of(), Optional.empty());
  }

  static Gateway everbrook(BenchPostgres postgres, URI provider) throws InterruptedException {
    ChildProcess process =
        EverbrookProcess.start(postgres.fresh(), provider, PacedProvider.model(1, 0));
    return new Gateway("everbrook", v1(process), Map.of(), Optional.of(process));
  }

  /** The npm gateway; it knows no option for the address to listen on. */
  static Gateway portkey(URI provider) throws InterruptedException {
    Path folder = NpmPeer.installed("portkey");
    int port = ChildProcess.freePort();
    ChildProcess process =
        ChildProcess.start(
            List.of(
                "node",
                "node_modules/@portkey-ai/gateway/build/start-server.js",
                "--port=" + port,
                "--headless"),
            Map.of("NODE_ENV", "production", "TRUSTED_CUSTOM_HOSTS", "127.0.0.1,localhost"),
            folder,
            port);
    Map<String, String> headers =
        Map.of("x-portkey-provider", "openai", "x-portkey-custom-host", provider.toString());
    return new Gateway("portkey", v1(process), headers, Optional.of(process));
  }

  private static URI v1(ChildProcess process) {
    return URI.create("http://127.0.0.1:" + process.port() + "/v1");
  }

  @Override
  public void close() {
    process.ifPresent(ChildProcess::close);
  }
}
