package dev.everbrook.server.testing.browser;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class of the page: its constructor is given a {@link BrowserStage} of its own while it
 * runs. These classes begin early, since they take longer than most.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(BrowserStages.class)
@Order(0)
public @interface InBrowser {}
