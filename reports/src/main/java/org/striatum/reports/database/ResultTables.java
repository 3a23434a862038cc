package org.striatum.reports.database;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.NullBand;
import org.striatum.studies.series.SeriesCheckpoint;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesResults.OverlapMatrix;
import org.striatum.studies.series.SeriesResults.Place;
import org.striatum.studies.series.ToldStudy;

/// The tables of the results database, filled from the records that a scan wrote as JSON. An interval's ends are `low` and
/// `high`; a figure that could not be computed is NULL. AUROCs are of V(s₀) on test problems.
final class ResultTables {
  private final Table datasets = of("datasets", "accuracy DOUBLE", "low DOUBLE", "high DOUBLE", "problems INTEGER",
      "rollouts INTEGER", "finished DOUBLE", "prompt_length_auroc DOUBLE", "prompt_length_low DOUBLE",
      "prompt_length_high DOUBLE");
  private final Table probes = of("probes", "hook VARCHAR", "probe VARCHAR", "validation DOUBLE", "auroc DOUBLE",
      "low DOUBLE", "high DOUBLE");
  private final Table pruning = of("pruning", "hook VARCHAR", "probe VARCHAR", "ranking VARCHAR", "retrained BOOLEAN",
      "ratio DOUBLE", "kept INTEGER", "auroc DOUBLE", "low DOUBLE", "high DOUBLE", "random_low DOUBLE",
      "random_high DOUBLE");
  private final Table neurons = of("neurons", "hook VARCHAR", "kind VARCHAR", "ranking VARCHAR", "rank INTEGER",
      "coordinate INTEGER");
  private final Table dopamine = of("dopamine", "hook VARCHAR", "coordinate INTEGER", "sign INTEGER",
      "consistency DOUBLE", "partial BOOLEAN", "surprises BOOLEAN", "flatness BOOLEAN", "slopes BOOLEAN",
      "permuted BOOLEAN", "significant BOOLEAN");
  private final Table ablations = of("ablations", "hooks VARCHAR", "study VARCHAR", "set VARCHAR", "kind VARCHAR",
      "positions VARCHAR",
      "outcome VARCHAR", "named_before BOOLEAN", "coordinates INTEGER", "items INTEGER", "problems INTEGER",
      "base DOUBLE", "ablated DOUBLE", "effect DOUBLE", "low DOUBLE", "high DOUBLE", "q_random DOUBLE",
      "q_matched DOUBLE", "beyond_matched DOUBLE", "critical DOUBLE", "declared_drop DOUBLE", "power DOUBLE",
      "smallest_drop DOUBLE", "problems_needed DOUBLE", "verdict VARCHAR", "damage VARCHAR", "reason VARCHAR");
  private final Table controls = of("controls", "hooks VARCHAR", "study VARCHAR", "subject VARCHAR",
      "control VARCHAR", "draws INTEGER", "mean DOUBLE", "low DOUBLE", "high DOUBLE", "p DOUBLE");
  private final Table adaptation = of("adaptation", "arm VARCHAR", "task VARCHAR", "neurons INTEGER",
      "parameters INTEGER", "accuracy DOUBLE", "low DOUBLE", "high DOUBLE", "accuracy_change DOUBLE",
      "log_probability DOUBLE", "log_probability_change DOUBLE");
  private final Table settings = Table.of("settings", "checkpoint VARCHAR", "step BIGINT", "study VARCHAR",
      "setting VARCHAR", "value VARCHAR");
  private final Table figures = Table.of("figures", "checkpoint VARCHAR", "step BIGINT", "study VARCHAR",
      "figure VARCHAR", "value VARCHAR");
  private final Table checkpoints = Table.of("checkpoints", "checkpoint VARCHAR", "step BIGINT");
  private final Table transfer = Table.of("transfer", "first VARCHAR", "second VARCHAR", "dataset VARCHAR",
      "hook VARCHAR", "kind VARCHAR", "k INTEGER", "width INTEGER", "shared INTEGER", "iou DOUBLE", "chance DOUBLE",
      "p DOUBLE");
  private final Table bases = Table.of("bases", "first VARCHAR", "second VARCHAR", "common BOOLEAN", "prompts INTEGER",
      "alignment DOUBLE", "permuted_high DOUBLE", "recognised DOUBLE", "p DOUBLE");
  private final Table turnover = Table.of("turnover", "earlier VARCHAR", "later VARCHAR", "dataset VARCHAR",
      "hook VARCHAR", "kind VARCHAR", "kept INTEGER", "born INTEGER", "lost INTEGER", "drift DOUBLE");
  private final Table lives = Table.of("lives", "dataset VARCHAR", "hook VARCHAR", "kind VARCHAR",
      "coordinate INTEGER", "first VARCHAR", "last VARCHAR", "present INTEGER", "checkpoints INTEGER",
      "longest INTEGER");

  private ResultTables() {}

  /// Every table, without rows.
  static List<Table> empty() {
    return new ResultTables().all();
  }

  /// Every table, with the rows of one checkpoint.
  static List<Table> of(SeriesCheckpoint studied) {
    ResultTables tables = new ResultTables();
    tables.add(studied);
    return tables.all();
  }

  /// Every table, with the rows about several checkpoints, except those of [#overlaps].
  static List<Table> of(SeriesResults series) {
    ResultTables tables = new ResultTables();
    tables.add(series);
    return tables.all();
  }

  /// The rows of one matrix: together they grow with the square of the number of checkpoints.
  static List<Table> overlaps(OverlapMatrix matrix, List<Place> checkpoints) {
    ResultTables tables = new ResultTables();
    matrix.pairs(checkpoints)
        .forEach(one -> tables.transfer.row(List.of(one.first(), one.second(), one.dataset()), hook(one.hook()),
            lower(one.kind()), one.k(), one.width(), one.shared(), one.iou(), one.chance(), one.p()));
    return List.of(tables.transfer);
  }

  private List<Table> all() {
    return List.of(checkpoints, datasets, probes, pruning, neurons, dopamine, ablations, controls, transfer, bases,
        turnover, lives, adaptation, settings, figures);
  }

  /// A table whose first columns are checkpoint, step and dataset.
  private static Table of(String name, String... columns) {
    List<String> all = new ArrayList<>(List.of("checkpoint VARCHAR", "step BIGINT", "dataset VARCHAR"));
    all.addAll(List.of(columns));
    return new Table(name, all, List.of());
  }

  private void add(SeriesCheckpoint of) {
    checkpoints.row(Arrays.asList(of.name(), of.step()));
    for (ToldStudy study : of.told()) {
      List<Object> place = Arrays.asList(of.name(), of.step(), study.step());
      study.settings().forEach(entry -> settings.row(place, entry.place(), entry.value()));
      study.results().forEach(entry -> figures.row(place, entry.place(), entry.value()));
    }
    for (DatasetSummary one : of.results().values().datasets()) {
      Estimate length = one.promptLengthAuroc() == null ? Estimate.exact(Double.NaN) : one.promptLengthAuroc();
      datasets.row(place(of, one.dataset()), one.accuracy().value(), one.accuracy().low(), one.accuracy().high(),
          one.problems(), one.rollouts(), one.finished(), length.value(), length.low(), length.high());
    }
    of.results().values().layers().forEach(layer -> add(of, layer));
    present(of.results().dopamine(), results -> results.layers().forEach(layer -> add(of, layer)));
    of.results().interventions().forEach(
        (name, results) -> results.interventions().forEach(one -> add(of, name, one)));
    of.results().adaptations().forEach(results -> add(of, results));
  }

  private void add(SeriesCheckpoint of, LayerProbes layer) {
    List<Object> place = place(of, layer.dataset(), layer.hook().toString());
    layer.probes().forEach(probe -> probes.row(place, probe.probe().printed(), probe.validation(), probe.test().value(),
        probe.test().low(), probe.test().high()));
    layer.pruning().forEach(curve -> curve.points().forEach(point -> pruning.row(place, curve.probe().printed(),
        curve.ranking().printed(), curve.retrained(), point.ratio(), point.kept(), point.auroc().value(),
        point.auroc().low(),
        point.auroc().high(), point.randomLow(), point.randomHigh())));
    ranks(place, "value", layer.ranking().printed(), layer.order());
    NullBand shuffled = layer.shuffled();
    present(shuffled,
        band -> controls.row(place, "probe", ProbeKind.SPARSE.printed(), "shuffled outcomes", band.permutations(),
            band.mean(), band.low(), band.high(), band.p()));
  }

  private void add(SeriesCheckpoint of, LayerDopamine layer) {
    List<Object> place = place(of, layer.dataset(), layer.hook().toString());
    ranks(place, "dopamine", layer.ranking().printed(), layer.order());
    for (TestedNeuron one : layer.tested()) {
      List<Object> row = new ArrayList<>(place);
      row.addAll(List.of(one.coordinate(), one.sign(), one.consistency()));
      row.addAll(one.signature().passed());
      dopamine.row(row, one.significant());
    }
    present(layer.shuffled(), band -> controls.row(place, "dopamine", "TD-error probe", "reassigned surprises",
        band.retrainings(), band.mean(), band.low(), band.high(), band.p()));
  }

  private void ranks(List<Object> place, String kind, String ranking, List<Integer> order) {
    for (int i = 0; i < order.size(); i++) {
      neurons.row(place, kind, ranking, i + 1, order.get(i));
    }
  }

  private void add(SeriesCheckpoint of, String study, Intervention one) {
    List<Object> place = place(of, one.dataset(),
        one.layers().stream().map(layer -> layer.hook().toString()).collect(Collectors.joining(",")));
    Estimate effect = one.effect();
    ablations.row(place, study, one.set(), one.treatment(), one.positions().printed(),
        one.outcome().printed(), one.primary(), one.size(),
        one.items(), one.problems(), one.base().outcome().value(), one.ablated().outcome().value(), effect.value(),
        effect.low(), effect.high(), one.random().q(), one.matched().q(), one.matched().excess().value(),
        one.decision().critical(), one.decision().power().effect(), one.decision().power().atEffect(),
        one.decision().power().smallest(), one.decision().power().problemsNeeded(), one.verdict().printed(),
        one.damage().printed(), lower(one.decision().reason()));
    String subject = one.set() + " " + one.treatment() + " " + one.outcome().printed();
    add(place, subject, "random sets", one.random());
    add(place, subject, "RMS-matched sets", one.matched());
  }

  private void add(List<Object> place, String subject, String control, Controls sets) {
    List<Double> sorted = sets.effects().stream().sorted().toList();
    controls.row(place, "ablation", subject, control, sorted.size(), sets.mean(),
        sorted.isEmpty() ? Double.NaN : sorted.getFirst(), sorted.isEmpty() ? Double.NaN : sorted.getLast(), sets.p());
  }

  private void add(SeriesCheckpoint of, AdaptationResults results) {
    for (AdaptationResults.Arm arm : results.arms()) {
      List<AdaptationResults.Outcome> outcomes = new ArrayList<>(List.of(arm.inMode(), arm.outOfMode()));
      outcomes.addAll(arm.tasks());
      for (AdaptationResults.Outcome outcome : outcomes) {
        adaptation.row(place(of, results.mode()), arm.name().printed(), outcome.task(), arm.neurons(), arm.parameters(),
            outcome.accuracy().value(), outcome.accuracy().low(), outcome.accuracy().high(),
            outcome.accuracyChange().value(), outcome.logProbability().value(),
            outcome.logProbabilityChange().value());
      }
    }
  }

  private void add(SeriesResults series) {
    series.bases().forEach(one -> bases.row(List.of(one.first(), one.second()), one.common(), one.prompts(),
        one.alignment(), one.nullHigh(), one.recognised(), one.p()));
    series.turnovers().forEach(one -> turnover.row(List.of(one.from(), one.to(), one.dataset()), hook(one.hook()),
        lower(one.kind()), one.kept().size(), one.born().size(), one.lost().size(), one.drift()));
    series.lives().forEach(one -> lives.row(List.of(one.dataset()), hook(one.hook()), lower(one.kind()),
        one.coordinate(), one.first(), one.last(), one.present(), one.of(), one.longest()));
  }

  private static List<Object> place(SeriesCheckpoint of, Object... where) {
    List<Object> place = new ArrayList<>(Arrays.asList(of.name(), of.step()));
    place.addAll(Arrays.asList(where));
    return place;
  }

  private static String hook(HookPoint hook) {
    return hook.toString();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <T> void present(T results, Consumer<T> rows) {
    if (results != null) {
      rows.accept(results);
    }
  }
}
