package dev.everbrook.architecture;

import java.util.Set;

/**
 * A package, or a package and all below it, that is one idea.
 *
 * @param name as in ARCHITECTURE.md
 * @param home the package
 * @param whole whether the packages below belong to it
 * @param uses the names of the rooms it may use
 */
record Room(String name, String home, boolean whole, Set<String> uses) {

  boolean holds(String packageName) {
    return packageName.equals(home) || (whole && packageName.startsWith(home + "."));
  }
}
