package org.striatum.studies.series;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.SetSize;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Point;
import org.striatum.studies.series.SeriesResults.SetOverlap;

/// The results of a series in sentences, the same on the command line and in the report.
///
/// @param sentences one per dataset, then one per kind of set
public record SeriesSummary(List<String> sentences) {
  private static final double CHANCE = 0.5;

  public SeriesSummary {
    sentences = List.copyOf(sentences);
  }

  /// The summary of a comparison.
  public static SeriesSummary of(SeriesResults results) {
    List<String> sentences = new ArrayList<>();
    results.points().stream().map(Point::dataset).distinct().forEach(dataset -> sentences.add(dataset(dataset,
        results.points().stream().filter(point -> point.dataset().equals(dataset)).toList())));
    for (Kind kind : Kind.values()) {
      if (results.overlaps().stream().anyMatch(overlap -> overlap.kind() == kind)) {
        sentences.add(sets(kind, results));
      }
    }
    return new SeriesSummary(sentences);
  }

  private static String dataset(String dataset, List<Point> points) {
    long predicted = points.stream().filter(point -> point.value().low() > CHANCE).count();
    String sentence = "%s: V(s₀) predicts success at %d of %d checkpoints (interval of the AUROC above ½)".formatted(
        dataset, predicted, points.size());
    List<Point> trained = points.stream().filter(point -> point.step() != null)
        .sorted(Comparator.comparing(Point::step)).toList();
    if (trained.size() < 2) {
      return sentence + ".";
    }
    Point first = trained.getFirst();
    Point last = trained.getLast();
    return sentence
        + "; from %s to %s accuracy changes from %s to %s, AUROC from %s to %s.".formatted(first.checkpoint(),
            last.checkpoint(), accuracy(first.accuracy()), accuracy(last.accuracy()), interval(first.value()),
            interval(last.value()));
  }

  private static String sets(Kind kind, SeriesResults results) {
    long common = results.bases().stream().filter(Basis::common).count();
    Set<Set<String>> neighbours = results.turnovers().stream().map(one -> Set.of(one.from(), one.to()))
        .collect(Collectors.toSet());
    double alongTraining = mean(kind, results, SetOverlap::iou,
        one -> neighbours.contains(Set.of(one.first(), one.second())));
    int checkpoints = results.checkpoints().size();
    boolean all = results.bases().size() == checkpoints * (checkpoints - 1) / 2;
    return "%s sets (best %s): %d of %d %s share a basis; their sets overlap with a mean IoU of %s, by chance %s%s."
        .formatted(kind == Kind.VALUE ? "Value" : "Dopamine", new SetSize(results.size()).words(), common,
            results.bases().size(), all ? "pairs of checkpoints" : "tested pairs of checkpoints",
            decimals(mean(kind, results, SetOverlap::iou, _ -> true)),
            decimals(mean(kind, results, SetOverlap::chance, _ -> true)),
            Double.isNaN(alongTraining) ? "" : ", between neighbours in training " + decimals(alongTraining));
  }

  private static double mean(Kind kind, SeriesResults results, ToDoubleFunction<SetOverlap> of,
      Predicate<SetOverlap> chosen) {
    return results.pairs().filter(one -> one.kind() == kind).filter(chosen).mapToDouble(of).average()
        .orElse(Double.NaN);
  }

  private static String accuracy(Estimate estimate) {
    return Decimals.of(100 * estimate.value(), 1) + " %";
  }

  private static String interval(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? "unknown"
        : estimate.printed(3);
  }

  private static String decimals(double value) {
    return Decimals.of(value, 3);
  }
}
