package dev.everbrook.benchmark.report;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** The command line of one bench, word for word. Used by one thread. */
public final class Flags {

  private final String bench;
  private final Iterator<String> words;
  private String flag = "";

  public Flags(String bench, List<String> words) {
    this.bench = bench;
    this.words = words.iterator();
  }

  public boolean hasNext() {
    return words.hasNext();
  }

  /** The next flag, which {@link #value} and its like then read on. */
  public String next() {
    flag = words.next();
    return flag;
  }

  public String value() {
    if (!words.hasNext()) {
      throw new Misuse(flag + " needs a value; see ./bench " + bench + " --help");
    }
    return words.next();
  }

  /** A number from 1 to {@code max}. */
  public int number(int max) {
    return number(value(), max);
  }

  /** Numbers from 1 to {@code max}, with commas between. */
  public List<Integer> numbers(int max) {
    return Arrays.stream(value().split(",", -1)).map(it -> number(it, max)).distinct().toList();
  }

  private int number(String text, int max) {
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= max) {
        return number;
      }
    }
    throw new Misuse(flag + " takes numbers from 1 to " + max + ", was '" + text + "'");
  }

  /** This bench has no such flag. */
  public Misuse unknown() {
    return new Misuse(
        "'" + flag + "' is no flag of " + bench + "; see ./bench " + bench + " --help");
  }
}
