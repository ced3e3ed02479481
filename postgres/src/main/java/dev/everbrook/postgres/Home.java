package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The layout of the data folder. The folder is an absolute, real path. */
record Home(Path folder) {

  /** Opens the folder, and creates it if absent; refuses a folder with other files. */
  static Home open(Path folder) {
    try {
      Files.createDirectories(folder);
      Home home = new Home(folder.toRealPath());
      if (!Files.exists(home.lock()) && !isEmpty(folder)) {
        throw new PostgresFailure(
            "the folder "
                + folder
                + " is not empty and was not made by Everbrook: choose an empty or a new one");
      }
      return home;
    } catch (IOException e) {
      throw new PostgresFailure(
          "cannot use the data folder " + folder + ": is it writable for this user? " + e, e);
    }
  }

  /** The lock file; its presence marks a folder of Everbrook. */
  Path lock() {
    return folder.resolve("everbrook.lock");
  }

  Path owner() {
    return folder.resolve("owner");
  }

  Path password() {
    return folder.resolve("password");
  }

  Path port() {
    return folder.resolve("port");
  }

  Path log() {
    return folder.resolve("postgres.log");
  }

  /** PostgreSQL's own data directory. */
  Path cluster() {
    return folder.resolve("cluster");
  }

  boolean hasCluster() {
    return Files.exists(cluster());
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }
}
