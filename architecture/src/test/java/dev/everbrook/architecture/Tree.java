package dev.everbrook.architecture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All text files of the repository: those git knows, or, without git, those on the disk. */
final class Tree {
  private static final Set<String> NOT_OURS =
      Set.of("target", "node_modules", ".git", ".idea", ".vscode", "data");
  private static final long SIZE_MAX = 2 << 20;

  private Tree() {}

  static List<Source> sources() throws IOException {
    Path root = root();
    List<Source> sources = new ArrayList<>();
    for (String path : paths(root)) {
      Path file = root.resolve(path);
      if (Files.isRegularFile(file) && Files.size(file) <= SIZE_MAX) {
        byte[] bytes = Files.readAllBytes(file);
        if (!isBinary(bytes)) {
          sources.add(Source.of(path, new String(bytes, StandardCharsets.UTF_8)));
        }
      }
    }
    return sources;
  }

  /** The paths of all files, those that are no text too. */
  static List<String> files() throws IOException {
    Path root = root();
    return paths(root).stream().filter(it -> Files.isRegularFile(root.resolve(it))).toList();
  }

  private static List<String> paths(Path root) throws IOException {
    Optional<List<String>> known = knownToGit(root);
    return known.isPresent() ? known.get() : onDisk(root);
  }

  /** New files count before they are committed. Empty without git, or outside a clone. */
  private static Optional<List<String>> knownToGit(Path root) throws IOException {
    Process git;
    try {
      git =
          new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
              .directory(root.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException notInstalled) {
      return Optional.empty();
    }
    String list = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean known = git.onExit().join().exitValue() == 0;
    return known ? Optional.of(Arrays.asList(list.split("\0", -1))) : Optional.empty();
  }

  private static List<String> onDisk(Path root) throws IOException {
    List<String> paths = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return NOT_OURS.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            paths.add(root.relativize(file).toString());
            return FileVisitResult.CONTINUE;
          }
        });
    return paths;
  }

  private static boolean isBinary(byte[] bytes) {
    for (byte b : bytes) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }

  /** The build says where the repository is; an IDE does not, so walk up to it. */
  static Path root() {
    String told = System.getProperty("everbrook.root");
    if (told != null) {
      return Path.of(told);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve(".mvn"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("start tests inside the repository, or set everbrook.root");
      }
    }
    return folder;
  }
}
