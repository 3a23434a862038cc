package org.striatum.probe.intervention;

import java.util.List;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.function.ToIntFunction;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.Sha256;

/// What an intervention does to the model, arm by arm: to coordinates, or to a direction.
public sealed interface Treatment permits InterventionStudy.Plan, DirectionPlan {
  /// How a control is drawn.
  enum ControlKind {
    /// Anything of the same size.
    RANDOM,
    /// Of the same RMS too.
    MATCHED
  }

  /// The gates of one arm.
  ///
  /// @param coordinates that it changes, over all hook points
  /// @param draws one, or one for each draw where chance takes part; outcomes are averaged over them
  record Treated(int coordinates, List<Gates> draws) {
    public Treated {
      draws = List.copyOf(draws);
    }
  }

  /// Whether it was named before the run.
  boolean primary();

  String dataset();

  /// The name that results are told by.
  String set();

  AblationKind kind();

  /// A strength; NaN where the kind has none.
  double alpha();

  PositionMask positions();

  SortedSet<HookPoint> hooks();

  /// The arm that is tested.
  Treated target(ToIntFunction<HookPoint> width);

  /// Arms beside it that are not drawn, by name.
  SequencedMap<String, Treated> others(ToIntFunction<HookPoint> width);

  /// How many controls of a kind every hook point has.
  int controls(ControlKind kind);

  /// A checksum of what was drawn: of equal draws it is equal.
  Sha256 drawn();

  /// One of them.
  Treated control(ControlKind kind, int i, ToIntFunction<HookPoint> width);

  /// What stands at each hook point, and how its controls match.
  List<LayerSet> layers();
}
