package dev.everbrook.benchmark.peer;

import dev.everbrook.postgres.Access;
import java.net.URI;

/** How programs that are not Java are told where a database is. */
public final class PostgresUrl {

  private PostgresUrl() {}

  /** {@code postgresql://user:password@host:port/database}. */
  public static String of(Access access) {
    URI at = URI.create(access.url().substring("jdbc:".length()));
    return "postgresql://"
        + access.user()
        + ":"
        + access.password()
        + "@"
        + at.getAuthority()
        + at.getPath();
  }
}
