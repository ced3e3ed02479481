/**
 * Everbrook as a library. It exports the rooms that an application calls or gets values from, and
 * keeps {@code text} and all rooms behind the face of the jobs to itself (docs/decisions/033).
 *
 * <p>Start reading at {@link dev.everbrook.engine.Engine}.
 */
// Micrometer and OpenTelemetry are automatic modules; their manifests fix the names, so these stay.
@SuppressWarnings("requires-transitive-automatic")
module dev.everbrook.engine {
  requires io.opentelemetry.context;
  requires org.postgresql.jdbc;
  requires org.slf4j;
  // Types of these stand in signatures of exported packages.
  requires transitive com.zaxxer.hikari;
  requires transitive dev.everbrook.model;
  requires transitive io.opentelemetry.api;
  requires transitive java.sql;
  requires transitive micrometer.core;
  requires transitive tools.jackson.databind;
  requires static transitive org.jspecify;

  exports dev.everbrook.engine;
  exports dev.everbrook.engine.answer;
  exports dev.everbrook.engine.channel;
  exports dev.everbrook.engine.job;
  exports dev.everbrook.engine.journal;
  exports dev.everbrook.engine.live;
  exports dev.everbrook.engine.schedule;
  exports dev.everbrook.engine.store;
  exports dev.everbrook.engine.stream;
  exports dev.everbrook.engine.world;

  // The payloads of redrives and drains are records there.
  opens dev.everbrook.engine.job.admin to
      tools.jackson.databind;
}
