package org.striatum.peft.mnist;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.Printed;

/// A part of the experiment that can be run alone.
public enum Part implements Printed {
  /// The paper's five methods: [SpecializationTable].
  TABLE,
  /// Parts of the gate and others at its budget, learning rates tuned: [TunedComparison].
  TUNED,
  /// Soft and hard gates over sharpness and λ: [Hardening].
  HARDENING,
  /// Better and worse foundations: [FoundationQuality].
  FOUNDATIONS,
  /// Modes the foundation lacks: [AbsentMode].
  ABSENT,
  /// Two gates on one network: [ModeSwitching].
  SWITCHING,
  /// What a hard gate saves, and which units matter: [GateCost].
  COST;

  /// As a user writes it.
  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The parts of a list `table,tuned`, in the order of this enum, or `all`.
  ///
  /// @throws IllegalArgumentException on any other name
  public static SequencedSet<Part> named(String list) {
    List<String> names = Arrays.stream(list.split(",", -1)).map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    SequencedSet<Part> parts = new LinkedHashSet<>();
    for (Part part : values()) {
      if (names.contains("all") || names.contains(part.printed())) {
        parts.add(part);
      }
    }
    for (String name : names) {
      if (!name.equals("all") && Arrays.stream(values()).noneMatch(part -> part.printed().equals(name))) {
        throw new IllegalArgumentException("a part must be all or one of "
            + Arrays.stream(values()).map(Part::printed).toList() + ", found '" + name + "'"
            + NearestNames.meant(name, Arrays.stream(values()).map(Part::printed).toList()));
      }
    }
    return parts;
  }
}
