package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.CurvePoint;
import org.striatum.probe.intervention.InterventionStudy.ScoredText;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;

/// How an effect on log-probability grows with what is changed: each point beside the band of RMS-matched sets that are
/// changed alike. A curve describes; verdicts are [InterventionStudy]'s.
///
/// @param model not closed here
/// @param progress stepped once an arm
/// @param pieces where arms are measured, one by one
public record CurveStudy(GatedModel model, Progress progress, Pieces pieces) {
  /// With every arm measured here.
  public CurveStudy(GatedModel model, Progress progress) {
    this(model, progress, Pieces.HERE);
  }

  /// One point to measure.
  ///
  /// @param x where it stands on the curve
  /// @param controls matched to `coordinates`
  public record Point(double x, List<Integer> coordinates, Ablation ablation, MatchedSets controls) {
    public Point {
      coordinates = List.copyOf(coordinates);
    }
  }

  /// Which curve.
  ///
  /// @param subject what it is drawn against
  public record Plan(CurveKind subject, String dataset, HookPoint hook, String set, AblationKind kind,
      PositionMask positions,
      List<Point> points) {
    public Plan {
      points = List.copyOf(points);
    }
  }

  /// Measures a curve; all points share one session and one base.
  ///
  /// @param random resamples problems
  /// @throws IllegalArgumentException without items, or on coordinates the hook point does not have
  public Curve run(Plan plan, List<ScoredText> items, RandomGenerator random) {
    InterventionStudy.requireItems(items);
    List<List<Gates>> gates = new ArrayList<>(); // base; of each point the set, then its controls
    gates.add(List.of(Gates.of(plan.hook, Gate.identity(model.width(plan.hook)))));
    for (Point point : plan.points) {
      gates.add(gates(plan, point, point.coordinates));
      point.controls.matched().forEach(set -> gates.add(gates(plan, point, set)));
    }
    try (Measurement measurement = new Measurement.Solutions(model, items, Set.of(plan.hook))) {
      String name = name(plan);
      List<Readings> arms = pieces.all(progress, plan.subject.printed() + " of " + plan.set + " at " + plan.hook, "arm",
          task -> Work.of(name, Readings.class, gates.size(),
              arm -> InterventionStudy.measure(measurement, gates.get(arm), arm == 0 ? "base" : plan.set, task)));
      String[] problems = measurement.problems();
      Readings base = arms.getFirst();
      int next = 1;
      List<CurvePoint> points = new ArrayList<>();
      for (Point point : plan.points) {
        Readings arm = arms.get(next++);
        int last = next + point.controls.matched().size();
        double[] controls = arms.subList(next, last).stream().mapToDouble(control -> control.effect(base)).sorted()
            .toArray();
        next = last;
        boolean drawn = controls.length > 0;
        points.add(new CurvePoint(point.x, point.coordinates.size(), arm.effect(base, problems, random),
            controls.length, drawn ? Arrays.stream(controls).average().orElseThrow() : Double.NaN,
            drawn ? Bootstrap.quantile(controls, 0.025) : Double.NaN,
            drawn ? Bootstrap.quantile(controls, 0.975) : Double.NaN, EmpiricalP.low(arm.effect(base), controls),
            point.controls.matching().refused()));
      }
      return new Curve(plan.subject, plan.dataset, plan.hook, plan.set, plan.kind, plan.positions, items.size(),
          (int) Arrays.stream(problems).distinct().count(), points);
    }
  }

  private static String name(Plan plan) {
    Sha256 drawn = Sha256.of(RecordJson.compact(plan.points.stream()
        .map(point -> List.of(point.x, point.coordinates, point.controls.matched())).toList()));
    return "%s of %s of %s at %s by %s, %s".formatted(plan.subject.printed(), plan.set, plan.dataset, plan.hook,
        plan.kind, drawn.hex().substring(0, 16));
  }

  private List<Gates> gates(Plan plan, Point point, List<Integer> coordinates) {
    return point.ablation.gates(model.width(plan.hook), coordinates).stream()
        .map(gate -> Gates.of(plan.hook, gate.at(plan.positions))).toList();
  }
}
