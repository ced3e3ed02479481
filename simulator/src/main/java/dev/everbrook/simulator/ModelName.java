package dev.everbrook.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A model as asked for: a profile and the faults that hit it, {@code sim-8b!drop@40*1!crlf}. */
record ModelName(Profile profile, List<Fault> faults) {

  static Optional<ModelName> of(String name) {
    String[] parts = name.split("!", -1);
    List<Fault> faults = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      Optional<Fault> fault = Fault.of(parts[i]);
      if (fault.isEmpty()) {
        return Optional.empty();
      }
      faults.add(fault.get());
    }
    return Profile.of(parts[0]).map(profile -> new ModelName(profile, List.copyOf(faults)));
  }

  /** The faults that hit this attempt, counted from 1. */
  Faults at(int attempt) {
    return new Faults(faults.stream().filter(fault -> attempt <= fault.calls()).toList());
  }
}
