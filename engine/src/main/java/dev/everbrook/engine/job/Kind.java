package dev.everbrook.engine.job;

/** How jobs of one kind are run and retried. */
record Kind(Handler handler, RetryPolicy policy) {}
