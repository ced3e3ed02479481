package dev.everbrook.server.http.edge;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.ExecutorService;

/**
 * The event loop of a reader, with an executor for blocking work.
 *
 * @param blocking runs work that may block
 */
record EventLoop(Vertx vertx, Context context, ExecutorService blocking, EdgeSettings settings) {}
