package dev.everbrook.server.testing.browser;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test class of the page: its constructor is given the {@link BrowserStage} of its lane. Classes
 * of one lane run one after the other, since Playwright serves one thread at a time; they begin
 * early, since a lane takes longer than any other class.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(BrowserLanes.class)
@ResourceLock(providers = BrowserLanes.class)
@Order(0)
public @interface InBrowser {

  /** Which of the two browsers; the lanes should take about the same time. */
  Lane value();

  /** A browser with its servers. */
  enum Lane {
    ONE,
    TWO
  }
}
