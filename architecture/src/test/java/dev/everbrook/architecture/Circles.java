package dev.everbrook.architecture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds circles: the strongly connected components of more than one node (R. Tarjan, "Depth-first
 * search and linear graph algorithms", 1972). Used by one thread, once.
 */
final class Circles {

  private final Map<String, Set<String>> uses;
  private final Map<String, Integer> index = new HashMap<>();
  private final Deque<String> path = new ArrayDeque<>();
  private final List<Set<String>> found = new ArrayList<>();

  private Circles(Map<String, Set<String>> uses) {
    this.uses = uses;
  }

  /** The circles of a graph, which says of each node which nodes it uses. */
  static List<Set<String>> of(Map<String, Set<String>> uses) {
    Circles circles = new Circles(uses);
    uses.keySet()
        .forEach(node -> {
          if (!circles.index.containsKey(node)) {
            circles.visit(node);
          }
        });
    return circles.found;
  }

  private int visit(String node) {
    int own = index.size();
    index.put(node, own);
    path.push(node);
    int lowest = own;
    for (String next : uses.getOrDefault(node, Set.of())) {
      if (!index.containsKey(next)) {
        lowest = Math.min(lowest, visit(next));
      } else if (path.contains(next)) {
        lowest = Math.min(lowest, index.getOrDefault(next, own));
      }
    }
    if (lowest == own) {
      close(node);
    }
    return lowest;
  }

  private void close(String first) {
    Set<String> circle = new TreeSet<>();
    String node;
    do {
      node = path.pop();
      circle.add(node);
    } while (!node.equals(first));
    if (circle.size() > 1) {
      found.add(circle);
    }
  }
}
