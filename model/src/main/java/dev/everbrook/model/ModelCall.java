package dev.everbrook.model;

import java.util.Iterator;

/**
 * One call to a model, read by iterating it: {@code try (var call = model.open(request)) { for (var
 * event : call) … }}.
 *
 * <p>The iterator blocks until the next event (at most as long as the provider's {@link Limits}
 * allow) and ends after exactly one closing event, {@link ModelEvent.Finished} or {@link
 * ModelEvent.Failed}; a provider's failure is never thrown. One thread iterates, once; {@link
 * #cancel} and {@link #close} may be called by any thread at any time, also before the first byte
 * came or while the connection is being made.
 */
public interface ModelCall extends Iterable<ModelEvent>, AutoCloseable {

  /** The events in order of arrival. May be called once. */
  @Override
  Iterator<ModelEvent> iterator();

  /**
   * Ends the call: the connection to the provider is closed and the iterating thread gets {@link
   * Failure.Cancelled} with this reason. Does nothing after the closing event.
   */
  void cancel(String why);

  /** Cancels the call if it has not ended. Never blocks. */
  @Override
  void close();
}
