package dev.everbrook.engine.stream;

import java.util.Optional;

/** What one flush takes from one writer: at most one row of events, and maybe the end. */
record Piece(StreamWriter writer, Entries entries, byte[] packed, Optional<Ending> ending) {

  static Piece of(StreamWriter writer, Entries entries, Optional<Ending> ending) {
    return new Piece(writer, entries, Packing.pack(entries.events()), ending);
  }

  /** About how many bytes it adds to a flush. */
  int weight() {
    return packed.length + ending.map(Ending::weight).orElse(0);
  }
}
