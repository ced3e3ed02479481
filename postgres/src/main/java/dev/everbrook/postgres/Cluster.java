package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Creates a cluster (PostgreSQL's word for a data directory) and its password. The cluster is
 * created under another name and renamed when complete, so that a killed start leaves no cluster
 * that looks finished.
 */
final class Cluster {
  static final String USER = "everbrook";
  private static final int PASSWORD_BYTES = 24;

  /** Settings for a developer's machine; they may be changed in postgresql.conf afterwards. */
  private static final List<String> TASTE =
      List.of(
          "shared_buffers=256MB",
          "max_connections=100",
          "max_wal_size=2GB",
          "checkpoint_timeout=15min",
          "jit=off",
          "timezone=UTC",
          "log_timezone=UTC");

  private final Home home;
  private final Binaries binaries;

  Cluster(Home home, Binaries binaries) {
    this.home = home;
    this.binaries = binaries;
  }

  /** Creates the cluster if there is none; refuses one of another major version. */
  void prepare(Patience patience) throws InterruptedException {
    if (home.hasCluster()) {
      checkMajor();
      return;
    }
    try {
      make(patience.left());
    } catch (IOException e) {
      throw new PostgresFailure(
          "cannot make a cluster in " + home.folder() + ": is the disk full? " + e, e);
    }
  }

  private void checkMajor() {
    String found = read(home.cluster().resolve("PG_VERSION"), "restore the folder from a backup");
    if (!found.equals(binaries.major())) {
      throw new PostgresFailure(
          "the data in "
              + home.folder()
              + " was written by PostgreSQL "
              + found
              + ", this is PostgreSQL "
              + binaries.major()
              + ": dump it with the old version and load it into a new folder, or use the version"
              + " of Everbrook that made it");
    }
  }

  String password() {
    return read(home.password(), "restore it, it was made together with the cluster beside it");
  }

  private void make(Duration max) throws IOException, InterruptedException {
    RunAs user = RunAs.chooseFor(home.cluster());
    var onlyOwner = PosixFilePermissions.fromString("rw-------");
    Files.deleteIfExists(home.password());
    Files.createFile(home.password(), PosixFilePermissions.asFileAttribute(onlyOwner));
    Files.writeString(home.password(), newPassword());

    Trash.empty(home.folder());
    // initdb reads the password under PostgreSQL's user.
    Path unfinished = Files.createTempDirectory(home.folder(), Trash.PREFIX);
    Path secret = Files.createTempFile(home.folder(), Trash.PREFIX, "");
    try {
      Files.copy(home.password(), secret, StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(secret, onlyOwner);
      if (user.owner().isPresent()) {
        give(unfinished, user.owner().get());
        give(secret, user.owner().get());
      }
      Path output = home.folder().resolve("initdb.log");
      new Launcher(user).run(initdb(unfinished, secret), output, max);
      Files.move(unfinished, home.cluster(), StandardCopyOption.ATOMIC_MOVE);
      Files.delete(output);
    } finally {
      Files.delete(secret);
      Trash.delete(unfinished);
    }
  }

  /**
   * The builtin locale C.UTF-8 handles letters of every language and sorts by code point on every
   * system.
   */
  private List<String> initdb(Path folder, Path secret) {
    List<String> command =
        new ArrayList<>(
            List.of(
                binaries.program("initdb"),
                "--pgdata=" + folder,
                "--username=" + USER,
                "--pwfile=" + secret,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8"));
    TASTE.forEach(setting -> command.addAll(List.of("-c", setting)));
    return command;
  }

  private static void give(Path file, int uid) throws IOException {
    Files.setAttribute(file, "unix:uid", uid);
    Files.setAttribute(file, "unix:gid", uid);
  }

  private static String newPassword() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String read(Path file, String advice) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new PostgresFailure("cannot read " + file + ": " + advice + " (" + e + ")", e);
    }
  }
}
