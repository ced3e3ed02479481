package dev.everbrook.engine.stream;

import java.util.Optional;

/** The part of one writer in one flush: at most one row of events, and possibly the end. */
record Piece(StreamWriter writer, Entries entries, byte[] packed, Optional<Ending> ending) {

  static Piece of(StreamWriter writer, Entries entries, Optional<Ending> ending) {
    return new Piece(writer, entries, Packing.pack(entries.events()), ending);
  }

  /** Its approximate size in a flush, in bytes. */
  int weight() {
    return packed.length + ending.map(Ending::weight).orElse(0);
  }
}
