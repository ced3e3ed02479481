package dev.everbrook.simulator;

import java.util.List;
import java.util.Optional;

/** The faults that hit one call. */
record Faults(List<Fault> active) {

  boolean has(Fault.Kind kind) {
    return find(kind).isPresent();
  }

  Optional<Fault> find(Fault.Kind kind) {
    return active.stream().filter(fault -> fault.kind() == kind).findFirst();
  }

  /** Whether this fault strikes now that {@code sent} of {@code all} tokens are out. */
  boolean strikes(Fault.Kind kind, int sent, int all) {
    return find(kind).filter(fault -> sent == Math.min(fault.atOr(all / 2), all)).isPresent();
  }
}
