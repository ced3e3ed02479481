package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.peer.ChildProcess;
import dev.everbrook.benchmark.peer.EverbrookProcess;
import dev.everbrook.benchmark.peer.NpmPeer;
import dev.everbrook.benchmark.peer.PacedProvider;
import dev.everbrook.benchmark.report.ProcessMemory;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A server of streams as a process of its own.
 *
 * @param database the process behind it, if there is one
 */
record StreamServer(String name, ChildProcess process, Optional<Long> database)
    implements AutoCloseable {

  static StreamServer everbrook(BenchPostgres postgres, URI provider) throws InterruptedException {
    return new StreamServer(
        "everbrook",
        EverbrookProcess.start(postgres.fresh(), provider, PacedProvider.SILENT),
        Optional.of(postgres.pid()));
  }

  static StreamServer referenceInMemory() throws InterruptedException {
    return reference("reference, memory", Optional.empty());
  }

  /**
   * @param folder for its files, which it makes and the caller removes
   */
  static StreamServer referenceInFiles(Path folder) throws InterruptedException {
    return reference("reference, files", Optional.of(folder));
  }

  private static StreamServer reference(String name, Optional<Path> folder)
      throws InterruptedException {
    Path peer = NpmPeer.installed("durable-streams", "serve.mjs");
    int port = ChildProcess.freePort();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("node", "--expose-gc", "serve.mjs", Integer.toString(port)));
    folder.ifPresent(it -> command.add(it.toString()));
    ChildProcess process =
        ChildProcess.start(command, Map.of("NODE_ENV", "production"), peer, port);
    return new StreamServer(name, process, Optional.empty());
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + process.port());
  }

  /** It, and its database. */
  List<Long> processes() {
    List<Long> processes = new ArrayList<>();
    processes.add(process.pid());
    database.ifPresent(processes::add);
    return processes;
  }

  /** What it holds, after it has collected its garbage. */
  Memory memory() throws InterruptedException {
    return database.isPresent() ? Memory.ofJvm(process.pid()) : Memory.ofNode(process.pid());
  }

  /**
   * Bytes.
   *
   * @param heap alive in a JVM's heap
   */
  record Memory(OptionalDouble heap, double resident) {

    static Memory ofJvm(long pid) throws InterruptedException {
      double heap = ProcessMemory.liveHeap(pid);
      return new Memory(OptionalDouble.of(heap), ProcessMemory.resident(pid));
    }

    static Memory ofNode(long pid) throws InterruptedException {
      ProcessMemory.collectInNode(pid);
      return new Memory(OptionalDouble.empty(), ProcessMemory.resident(pid));
    }

    /** By how much it is more than before, for each of so many. */
    FanoutRow.Idle since(Memory before, int readers) {
      return new FanoutRow.Idle(
          heap.isPresent()
              ? OptionalDouble.of((heap.getAsDouble() - before.heap.orElse(0)) / readers)
              : OptionalDouble.empty(),
          (resident - before.resident) / readers);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
