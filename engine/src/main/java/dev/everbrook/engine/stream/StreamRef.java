package dev.everbrook.engine.stream;

import java.util.UUID;

/** A stream's two names: {@code id} within the database, {@code publicId} everywhere else. */
public record StreamRef(long id, UUID publicId) {}
