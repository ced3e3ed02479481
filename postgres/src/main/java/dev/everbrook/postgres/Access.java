package dev.everbrook.postgres;

import java.util.regex.Pattern;

/**
 * The data for a connection: a JDBC URL, a user and a password. Stays valid across restarts of
 * PostgreSQL, since the port does not change. Its text form hides the password.
 */
public record Access(String url, String user, String password) {
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  public Access {
    if (!url.startsWith("jdbc:postgresql://") || url.indexOf('/', 18) < 0) {
      throw new IllegalArgumentException(
          "url must look like jdbc:postgresql://host:port/database, was " + url);
    }
  }

  /** The same server and user, another database; it need not exist yet. */
  public Access database(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a database is named by up to 63 of a-z, 0-9 and _, was '" + name + "'");
    }
    return new Access(url.substring(0, url.indexOf('/', 18) + 1) + name, user, password);
  }

  @Override
  public String toString() {
    return "Access[url=" + url + ", user=" + user + ", password=***]";
  }
}
