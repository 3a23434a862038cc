package org.striatum.studies.baselines;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.striatum.hooks.decoder.StreamWriters;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Site;
import org.striatum.probe.rollout.Rollout;

/// How much is written to each coordinate of the residual stream by the block in front of it, after Wanda:
///
///     score(j) = Σᵢ |W(j, i)| ‖xᵢ‖₂
///
/// over the block's output projection of attention and its down projection, ‖xᵢ‖₂ over the tokens of the calibration rollouts. Wanda
/// (Sun et al. 2023, §3) gives this product to single weights; a coordinate has the sum of those that lead to it.
///
/// @param model that is run
/// @param writers its matrices
record WandaScores(GatedModel model, StreamWriters writers) {
  private static final int TOGETHER = 16;

  /// What the matrices of a block that write to a hook point read; none where that is not the stream behind the block or
  /// behind its attention, or what these add to it.
  private static List<HookPoint> inputs(HookPoint hook) {
    return switch (hook.site()) {
      case RESID_POST -> List.of(new HookPoint(hook.layer(), Site.HEAD_OUT), HookPoint.mlpPost(hook.layer()));
      case RESID_MID, ATTN_OUT -> List.of(new HookPoint(hook.layer(), Site.HEAD_OUT));
      case MLP_OUT -> List.of(HookPoint.mlpPost(hook.layer()));
      default -> List.of();
    };
  }

  /// The scores of each hook point: (its width). One to which no matrix is known to write is left out.
  ///
  /// @param notes receives what is left out, and what is not counted
  Map<HookPoint, double[]> at(List<HookPoint> hooks, List<Rollout> calibration, List<String> notes)
      throws IOException {
    Set<HookPoint> read = new LinkedHashSet<>();
    hooks.forEach(hook -> inputs(hook).stream().filter(model.hookPoints()::contains).forEach(read::add));
    Map<HookPoint, double[]> norms = norms(read, calibration);
    Map<HookPoint, double[]> scores = new LinkedHashMap<>();
    for (HookPoint hook : hooks) {
      double[] sums = null;
      for (HookPoint input : inputs(hook)) {
        Optional<double[]> written = read.contains(input)
            ? writers.absolute(input, norms.get(input))
            : Optional.empty();
        if (written.isEmpty()) {
          notes.add(hook + ", wanda: what is written from " + input + " is not counted, as it goes through no single"
              + " matrix of the checkpoint's own");
        } else {
          sums = sums == null ? new double[written.get().length] : sums;
          for (int j = 0; j < sums.length; j++) {
            sums[j] += written.get()[j];
          }
        }
      }
      if (sums == null) {
        notes.add(hook + ": no ranking by wanda, as no matrix is known that writes there");
      } else {
        scores.put(hook, sums);
      }
    }
    return scores;
  }

  /// ‖xᵢ‖₂ over all tokens of each coordinate that the matrices read.
  private Map<HookPoint, double[]> norms(Set<HookPoint> inputs, List<Rollout> calibration) {
    Map<HookPoint, double[]> squares = new TreeMap<>();
    inputs.forEach(input -> squares.put(input, new double[model.width(input)]));
    for (int from = 0; from < calibration.size(); from += TOGETHER) {
      List<Rollout> some = new ArrayList<>(calibration.subList(from, Math.min(calibration.size(), from + TOGETHER)));
      Recording recording = model.record(some.stream().map(Rollout::sequence).toList(), inputs, Gates.none());
      squares.forEach((input, sums) -> add(recording.at(input), sums));
    }
    squares.values().forEach(sums -> {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = Math.sqrt(sums[i]);
      }
    });
    return squares;
  }

  private static void add(float[] rows, double[] squares) {
    for (int at = 0; at < rows.length; at += squares.length) {
      for (int i = 0; i < squares.length; i++) {
        squares[i] += (double) rows[at + i] * rows[at + i];
      }
    }
  }
}
