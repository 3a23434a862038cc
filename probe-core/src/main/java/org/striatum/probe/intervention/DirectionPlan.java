package org.striatum.probe.intervention;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.RankOne;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// A direction taken out (arXiv 2406.11717, §2.4) or added, at one hook point or at several at once, beside random
/// directions of the same norm and of the same RMS.
///
/// @param primary whether it was named before the run
/// @param set the direction's name
/// @param cuts one per hook point
/// @param treatment what is done
/// @param positions where the gates act
public record DirectionPlan(boolean primary, String dataset, String set, List<Cut> cuts, DirectionTreatment treatment,
    PositionMask positions) implements Treatment {
  /// Everything but the direction taken out.
  public static final String COMPLEMENT = "all but it";

  /// A direction at one hook point.
  ///
  /// @param controls drawn for it
  public record Cut(Direction direction, MatchedDirections controls) {}

  /// What is done to a direction.
  ///
  /// @param kind [AblationKind#PROJECT_OUT] or [AblationKind#ADD]
  /// @param alpha how many times it is added; NaN where it is taken out
  public record DirectionTreatment(AblationKind kind, double alpha) {
    public DirectionTreatment {
      if (!kind.ofDirection() || Double.isFinite(alpha) != (kind == AblationKind.ADD)) {
        throw new IllegalArgumentException("a direction is taken out (project-out), or added a finite number of times"
            + " (add), found " + kind + " and " + alpha);
      }
    }

    Gate gate(Direction direction) {
      return kind == AblationKind.ADD ? direction.added(alpha) : direction.projectedOut();
    }
  }

  public DirectionPlan {
    cuts = List.copyOf(cuts);
    if (positions == PositionMask.NONE) {
      throw new IllegalArgumentException("an intervention must act somewhere, found positions none");
    }
    if (cuts.isEmpty() || cuts.stream().map(cut -> cut.direction.hook()).distinct().count() < cuts.size()) {
      throw new IllegalArgumentException("an intervention needs directions at distinct hook points, found "
          + cuts.stream().map(cut -> cut.direction.hook()).toList());
    }
  }

  @Override
  public AblationKind kind() {
    return treatment.kind;
  }

  @Override
  public double alpha() {
    return treatment.alpha;
  }

  @Override
  public SortedSet<HookPoint> hooks() {
    return new TreeSet<>(cuts.stream().map(cut -> cut.direction.hook()).toList());
  }

  @Override
  public Treated target(ToIntFunction<HookPoint> width) {
    return treated((_, direction) -> treatment.gate(direction), (cut, _) -> cut.direction);
  }

  /// What is left if only the direction stays, where the direction is taken out.
  @Override
  public SequencedMap<String, Treated> others(ToIntFunction<HookPoint> width) {
    SequencedMap<String, Treated> others = new LinkedHashMap<>();
    if (treatment.kind == AblationKind.PROJECT_OUT) {
      others.put(COMPLEMENT, treated((d, direction) -> kept(d, direction.unit()), (cut, _) -> cut.direction));
    }
    return others;
  }

  /// y = (u · h) u.
  private static Gate kept(int d, float[] unit) {
    Gate open = Gate.identity(d);
    return new Gate(new float[d], open.threshold(), open.sharpness(), open.added(), false, open.positions(),
        new RankOne(unit, unit));
  }

  @Override
  public int controls(ControlKind kind) {
    return cuts.stream().mapToInt(cut -> cut.controls.of(kind).size()).min().orElseThrow();
  }

  @Override
  public Sha256 drawn() {
    return Sha256.of(RecordJson.compact(cuts.stream().map(
        cut -> List.of(cut.direction.vector(), cut.controls.random(), cut.controls.matched())).toList()));
  }

  @Override
  public Treated control(ControlKind kind, int i, ToIntFunction<HookPoint> width) {
    return treated((_, direction) -> treatment.gate(direction),
        (cut, hook) -> new Direction(hook, cut.controls.of(kind).get(i)));
  }

  @Override
  public List<LayerSet> layers() {
    return cuts.stream().map(cut -> new LayerSet(cut.direction.hook(), List.of(), cut.controls.matching())).toList();
  }

  private Treated treated(BiFunction<Integer, Direction, Gate> gate, BiFunction<Cut, HookPoint, Direction> of) {
    SortedMap<HookPoint, Gate> gates = new TreeMap<>();
    int coordinates = 0;
    for (Cut cut : cuts) {
      HookPoint hook = cut.direction.hook();
      int d = cut.direction.vector().length;
      gates.put(hook, gate.apply(d, of.apply(cut, hook)).at(positions));
      coordinates += d;
    }
    return new Treated(coordinates, List.of(new Gates(gates)));
  }
}
