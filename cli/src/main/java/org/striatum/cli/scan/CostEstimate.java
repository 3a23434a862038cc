package org.striatum.cli.scan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.value.ProbeStep;

/// The estimated cost of a plan: the first checkpoint's study as it was measured, and the others by their sizes beside it.
///
/// @param first that was measured; empty if none could be
/// @param time of all that are not finished, one after another; zero if none was measured
/// @param longest of one of them
/// @param memory bytes, of the largest checkpoint's study
/// @param disk bytes of hidden states if every completion is as long as it may be; -1 if a configuration does not give the sizes
/// @param free bytes on the scan's disk
public record CostEstimate(Optional<String> first, Duration time, Duration longest, long memory, long disk, long free) {
  /// Studies whose time is that of fits to states; the others run the model.
  private static final Set<String> FITS = Set.of(ProbeStep.STUDY.name(), SplitsStep.STUDY.name());
  /// Memory of a study's process with a small model: a heap that is not full is not collected.
  private static final long JVM = 2L << 30;
  private static final List<String> LAYERS = List.of("num_hidden_layers", "n_layer", "n_layers", "num_layers");
  private static final List<String> WIDTH = List.of("hidden_size", "n_embd", "d_model", "n_embed");

  /// The estimate for a plan.
  ///
  /// @param checkpoints as they are named → where each lies: an adapter's sizes are its base's
  /// @param rollouts of each, over all tasks
  /// @param longest tokens of a completion
  /// @param process measures the first checkpoint
  public static CostEstimate of(ScanPlan plan, Map<Path, ModelSource> checkpoints, int rollouts, int longest,
      Path folder, UnitProcess process) throws IOException, InterruptedException {
    Optional<MeasuredUnit> first = MeasuredUnit.firstOf(plan, folder, process);
    ScanResults before = ScanResults.in(folder);
    double seconds = 0;
    double slowest = 0;
    long largest = 0;
    long disk = 0;
    for (ScanUnit unit : plan.units()) {
      long coordinates = coordinates(checkpoints.get(Path.of(unit.checkpoint())).base());
      if (first.isPresent() && before.of(unit).filter(ScanResults.Outcome::finished).isEmpty()) {
        double own = seconds(first.get(), unit, coordinates,
            coordinates(checkpoints.get(Path.of(first.get().unit().checkpoint())).base()));
        seconds += own;
        slowest = Math.max(slowest, own);
      }
      largest = Math.max(largest, unit.bytes());
      disk = coordinates < 0 || disk < 0 ? -1 : disk + coordinates * Float.BYTES * rollouts * longest;
    }
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    return new CostEstimate(first.map(one -> one.unit().name()), Duration.ofSeconds(Math.round(seconds)),
        Duration.ofSeconds(Math.round(slowest)), JVM + 2 * largest, disk,
        DiskSpace.free(there));
  }

  /// Seconds of so many studies at a time, at least.
  public double over(int workers) {
    return Math.max((double) time.toSeconds() / workers, (double) longest.toSeconds());
  }

  /// Fits in proportion to coordinates, what runs the model to its weights; equal where a configuration does not give the sizes.
  private static double seconds(MeasuredUnit first, ScanUnit unit, long coordinates, long measured) {
    double weights = first.unit().bytes() > 0 ? (double) unit.bytes() / first.unit().bytes() : 1;
    double states = coordinates > 0 && measured > 0 ? (double) coordinates / measured : 1;
    return first.time().seconds().entrySet().stream()
        .mapToDouble(one -> one.getValue() * (FITS.contains(one.getKey()) ? states : weights)).sum();
  }

  /// Coordinates of the residual stream after every block; -1 if the configuration does not give the sizes.
  private static long coordinates(Path checkpoint) {
    try {
      JsonNode config = new ObjectMapper().readTree(checkpoint.resolve("config.json").toFile());
      return field(config, LAYERS) * field(config, WIDTH);
    } catch (IOException | IllegalArgumentException _) {
      return -1; // the study will say what is wrong with it
    }
  }

  private static long field(JsonNode config, List<String> names) {
    for (JsonNode place : List.of(config, config.path("text_config"))) {
      for (String name : names) {
        if (place.path(name).canConvertToInt() && place.path(name).intValue() > 0) {
          return place.path(name).intValue();
        }
      }
    }
    throw new UsageException("none of " + names);
  }
}
