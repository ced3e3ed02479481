package dev.everbrook.postgres;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The user under which PostgreSQL runs. PostgreSQL refuses to run as root. So root starts it in a
 * user namespace, where it keeps root's files but has none of root's rights. If namespaces are
 * forbidden (many containers), it runs as the unprivileged owner of its files.
 *
 * @param prefix the words before a command
 * @param owner the user id for the data directory; empty if it already has the right owner
 */
record RunAs(List<String> prefix, Optional<Integer> owner) {
  private static final RunAs OURSELVES = new RunAs(List.of(), Optional.empty());

  static RunAs chooseFor(Path cluster) {
    if (new UnixSystem().getUid() != 0) {
      return OURSELVES;
    }
    Optional<Integer> owner =
        Files.exists(cluster) ? Optional.of(ownerOf(cluster)) : Optional.empty();
    if (owner.isPresent() && owner.get() != 0) {
      return drop(owner.get());
    }
    Optional<String> unshare = Tool.find("unshare").filter(RunAs::namespacesWork);
    if (unshare.isPresent()) {
      return new RunAs(List.of(unshare.get(), "-U"), Optional.empty());
    }
    if (owner.isPresent()) {
      throw new PostgresFailure(
          cluster
              + " belongs to root, PostgreSQL refuses to run as root, and this system forbids user"
              + " namespaces: give it to another user (chown -R) or start as another user");
    }
    return drop(unprivileged());
  }

  private static RunAs drop(int uid) {
    String id = Integer.toString(uid);
    return Tool.find("setpriv")
        .map(setpriv ->
            new RunAs(
                List.of(setpriv, "--reuid", id, "--regid", id, "--clear-groups"), Optional.of(uid)))
        .orElseThrow(RunAs::refusal);
  }

  private static int unprivileged() {
    return Stream.of("postgres", "nobody")
        .flatMap(name -> uidOf(name).stream())
        .findFirst()
        .orElseThrow(RunAs::refusal);
  }

  /** Reads /etc/passwd, since the JDK gives the names of users but not their ids. */
  private static Optional<Integer> uidOf(String name) {
    try (Stream<String> users = Files.lines(Path.of("/etc/passwd"))) {
      return users
          .map(line -> line.split(":"))
          .filter(user -> user.length > 2 && user[0].equals(name))
          .map(user -> Integer.valueOf(user[2]))
          .findFirst();
    } catch (IOException e) {
      throw new PostgresFailure("cannot read /etc/passwd to find an unprivileged user: " + e, e);
    }
  }

  private static int ownerOf(Path cluster) {
    try {
      return (Integer) Files.getAttribute(cluster, "unix:uid");
    } catch (IOException e) {
      throw new PostgresFailure("cannot find the owner of " + cluster + ": " + e, e);
    }
  }

  private static boolean namespacesWork(String unshare) {
    try {
      Process probe =
          new ProcessBuilder(unshare, "-U", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return probe.waitFor(5, TimeUnit.SECONDS) && probe.exitValue() == 0;
      } finally {
        probe.destroyForcibly();
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static PostgresFailure refusal() {
    return new PostgresFailure(
        "PostgreSQL refuses to run as root, and this system offers neither user namespaces"
            + " (unshare -U) nor setpriv with a user named postgres or nobody: start as an"
            + " ordinary user, or use a PostgreSQL of your own");
  }
}
