package dev.everbrook.server.testing;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The program that a {@link ServerProcess} runs: the classes of the build in jarsand an AOT cache
 * of those that a start loads, which halves the processor time of a start. Made by the first test
 * that needs it, once for each state of the classes, in {@code target/server-program}.
 *
 * @param classPath of jars only, since the cache admits no folders
 * @param cache the AOT cache, for a JVM with the options of {@link Told}
 */
record ServerProgram(String classPath, Path cache) {

  /** What its JVM is let do; an AOT cache is used only by a JVM that may do the same. */
  static final List<String> ACCESS =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private static final Path FOLDER = Path.of("target", "server-program").toAbsolutePath();
  private static @Nullable ServerProgram made;

  /** The one program of this build. Waits for another thread or process that is making it. */
  static synchronized ServerProgram get() throws Exception {
    if (made == null) {
      Files.createDirectories(FOLDER);
      try (FileChannel channel =
              FileChannel.open(
                  FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        made = make();
      }
    }
    return made;
  }

  /** What its JVM is told beside the options of {@link Told}. */
  List<String> options() {
    return Files.exists(cache)
        ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off")
        : List.of();
  }

  private static ServerProgram make() throws Exception {
    List<Path> entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(it -> it.endsWith(".jar") || it.endsWith("classes"))
            .map(Path::of)
            .filter(it -> Files.exists(it) && !it.endsWith("test-classes"))
            .toList();
    Path folder = FOLDER.resolve(state(entries));
    Files.createDirectories(folder);
    List<String> jars = new ArrayList<>();
    for (Path entry : entries) {
      jars.add((Files.isDirectory(entry) ? jar(entry, folder, jars.size()) : entry).toString());
    }
    ServerProgram program =
        new ServerProgram(String.join(File.pathSeparator, jars), folder.resolve("server.aot"));
    if (!Files.exists(program.cache)) {
      Rehearsal.of(program);
    }
    return program;
  }

  /** A name for what the class path holds: changes with every file of it. */
  private static String state(List<Path> entries) throws IOException {
    StringBuilder all = new StringBuilder(System.getProperty("java.vm.version"));
    for (Path entry : entries) {
      try (Stream<Path> files = Files.walk(entry)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
          all.append(file).append(is.size()).append(is.lastModifiedTime());
        }
      }
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(all.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Path jar(Path classes, Path folder, int number) throws IOException {
    Path jar = folder.resolve(number + ".jar");
    if (Files.exists(jar)) {
      return jar;
    }
    Path begun = folder.resolve(number + ".part");
    List<Path> files;
    try (Stream<Path> walk = Files.walk(classes)) {
      files = walk.filter(Files::isRegularFile).sorted().collect(Collectors.toList());
    }
    try (OutputStream out = Files.newOutputStream(begun);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(0);
      for (Path file : files) {
        zip.putNextEntry(
            new ZipEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
        Files.copy(file, zip);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot pack " + classes, e);
    }
    return Files.move(begun, jar);
  }
}
