/**
 * A real PostgreSQL under the care of this process. It exports its one package.
 *
 * <p>Start reading at {@link dev.everbrook.postgres.EmbeddedPostgres}.
 */
module dev.everbrook.postgres {
  requires java.sql;
  requires jdk.security.auth;
  requires org.apache.commons.compress;
  requires org.slf4j;
  requires org.tukaani.xz;
  requires static org.jspecify;

  exports dev.everbrook.postgres;
}
