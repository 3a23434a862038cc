package org.striatum.cli.scan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.UsageException;

/// The estimated cost of a plan, from the sizes of its checkpoints alone: none is opened.
///
/// @param time rough, see [#HOW]
/// @param memory bytes, of the largest checkpoint's study
/// @param disk bytes of hidden states if every completion is as long as it may be; -1 if a configuration does not give the sizes
/// @param free bytes on the scan's disk
public record CostEstimate(Duration time, long memory, long disk, long free) {
  /// How the time is estimated.
  public static final String HOW = "a minute per task and 0.08 s per rollout, as measured with --effort quick on two idle cores, 4 layers of width 256, 10 MB of weights; fits in proportion to layers × width, rollouts to weights";

  private static final double SECONDS_A_TASK = 60;
  private static final double SECONDS_A_ROLLOUT = 0.08;
  private static final double WEIGHTS = 10e6;
  /// Layers × width of the model that the time of a task was measured with.
  private static final double COORDINATES = 4 * 256;
  /// Memory of a study's process with a small model: a heap that is not full is not collected.
  private static final long JVM = 2L << 30;
  private static final List<String> LAYERS = List.of("num_hidden_layers", "n_layer", "n_layers", "num_layers");
  private static final List<String> WIDTH = List.of("hidden_size", "n_embd", "d_model", "n_embed");

  /// The estimate for a plan.
  ///
  /// @param checkpoints as they are named → where each lies: an adapter's sizes are its base's
  /// @param tasks of each checkpoint
  /// @param rollouts of each, over all tasks
  /// @param longest tokens of a completion
  public static CostEstimate of(ScanPlan plan, Map<Path, ModelSource> checkpoints, int tasks, int rollouts, int longest,
      Path folder) throws IOException {
    double seconds = 0;
    long largest = 0;
    long disk = 0;
    for (ScanUnit unit : plan.units()) {
      long coordinates = coordinates(checkpoints.get(Path.of(unit.checkpoint())).base());
      seconds += tasks * SECONDS_A_TASK * Math.max(1, coordinates / COORDINATES)
          + rollouts * SECONDS_A_ROLLOUT * Math.max(1, unit.bytes() / WEIGHTS);
      largest = Math.max(largest, unit.bytes());
      disk = coordinates < 0 || disk < 0 ? -1 : disk + coordinates * Float.BYTES * rollouts * longest;
    }
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    return new CostEstimate(Duration.ofSeconds(Math.round(seconds)), JVM + 2 * largest, disk,
        DiskSpace.free(there));
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
