package dev.everbrook.server.http;

/** The form of errors in a dialect. */
@FunctionalInterface
public interface ErrorForm {
  Reply reply(int status, String message);
}
