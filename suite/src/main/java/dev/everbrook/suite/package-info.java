/**
 * Runs the tests of all modules beside each other, each module in a process of its own, and reports
 * the slowest classes. It knows no module but by its folder, and only JUnit's launcher. Start
 * reading at {@link dev.everbrook.suite.Main}; {@link dev.everbrook.suite.RunClasses} is the
 * program of a module's process.
 */
@NullMarked
package dev.everbrook.suite;

import org.jspecify.annotations.NullMarked;
