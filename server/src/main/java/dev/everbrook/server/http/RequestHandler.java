package dev.everbrook.server.http;

/** Answers a request; runs on a virtual thread and may block. */
@FunctionalInterface
public interface RequestHandler {
  Reply handle(Request request) throws InterruptedException;
}
