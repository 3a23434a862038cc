package org.striatum.peft.llm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.probe.intervention.CoordinateScales;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.stats.RunningMoments;

/// Where one hook point lies, coordinate by coordinate, over the positions of some texts, the first left out.
///
/// @param mean of the gating signal z, which is the hidden state itself but for MLP neurons: (d)
/// @param deviation of z; 1 where a coordinate never moves: (d)
/// @param sizes of the hidden states h: what matched sets and sinks are found by
public record StateScale(float[] mean, float[] deviation, CoordinateScales sizes) {
  /// Texts recorded at a time, to bound memory.
  private static final int CHUNK = 128;

  public StateScale {
    if (mean.length == 0 || mean.length != deviation.length) {
      throw new IllegalArgumentException("a scale needs one mean and one deviation a coordinate, found " + mean.length
          + " and " + deviation.length);
    }
    for (int i = 0; i < mean.length; i++) {
      if (!Float.isFinite(mean[i]) || !(deviation[i] > 0) || Float.isInfinite(deviation[i])) {
        throw new IllegalArgumentException("a mean must be finite and a deviation > 0 and finite, found " + mean[i]
            + " and " + deviation[i] + " at coordinate " + i);
      }
    }
    mean = mean.clone();
    deviation = deviation.clone();
  }

  public int width() {
    return mean.length;
  }

  /// Computes the scale of each hook point from a model's runs on texts. The gating signal of MLP neurons is read by PyTorch.
  ///
  /// @throws CheckpointException if PyTorch cannot open the checkpoint, or a state is NaN or ∞, naming the hook point: no
  ///     gate could be learned on it
  public static Map<HookPoint, StateScale> of(HookedModel model, List<TokenSequence> texts, Set<HookPoint> hooks)
      throws CheckpointException {
    Set<HookPoint> neurons = hooks.stream().filter(hook -> hook.site() == Site.MLP_POST)
        .collect(Collectors.toUnmodifiableSet());
    Map<HookPoint, StateScale> scales = new TreeMap<>(of(model.model(), texts,
        hooks.stream().filter(hook -> !neurons.contains(hook)).collect(Collectors.toUnmodifiableSet())));
    if (!neurons.isEmpty()) {
      try (Checkpoint checkpoint = Checkpoint.open(model.source());
          DjlModel djl = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(model.endOfSequence()))) {
        scales.putAll(of(djl, texts, neurons));
      }
    }
    return scales;
  }

  /// The same from PyTorch's runs alone.
  static Map<HookPoint, StateScale> of(DjlModel model, List<TokenSequence> texts, Set<HookPoint> hooks)
      throws CheckpointException {
    return of(chunk -> model.record(chunk, hooks, Gates.none()), chunk -> model.signals(chunk, hooks), texts,
        widths(model, hooks));
  }

  private static Map<HookPoint, StateScale> of(GatedModel model, List<TokenSequence> texts, Set<HookPoint> hooks)
      throws CheckpointException {
    return of(chunk -> model.record(chunk, hooks, Gates.none()), null, texts, widths(model, hooks));
  }

  private static SortedMap<HookPoint, Integer> widths(GatedModel model, Set<HookPoint> hooks) {
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    hooks.forEach(hook -> widths.put(hook, model.width(hook)));
    return widths;
  }

  /// @param signals null where they are the values
  private static Map<HookPoint, StateScale> of(Function<List<TokenSequence>, Recording> values,
      Function<List<TokenSequence>, Recording> signals, List<TokenSequence> texts,
      SortedMap<HookPoint, Integer> widths) throws CheckpointException {
    Map<HookPoint, Sums> sums = new TreeMap<>();
    widths.forEach((hook, width) -> sums.put(hook, new Sums(hook, width)));
    for (int start = 0; !widths.isEmpty() && start < texts.size(); start += CHUNK) {
      List<TokenSequence> chunk = texts.subList(start, Math.min(texts.size(), start + CHUNK));
      Recording states = values.apply(chunk);
      Recording gating = signals == null ? states : signals.apply(chunk);
      for (Sums of : sums.values()) {
        of.add(states, gating);
      }
    }
    Map<HookPoint, StateScale> scales = new TreeMap<>();
    sums.forEach((hook, of) -> scales.put(hook, of.scale()));
    return scales;
  }

  private static final class Sums {
    private final HookPoint hook;
    private final int width;
    private final RunningMoments moments;
    private final CoordinateScales.Tally sizes;

    Sums(HookPoint hook, int width) {
      this.hook = hook;
      this.width = width;
      moments = new RunningMoments(width);
      sizes = new CoordinateScales.Tally(width);
    }

    void add(Recording states, Recording signals) throws CheckpointException {
      float[] h = states.at(hook); // (rows, width)
      float[] z = signals.at(hook); // (rows, width)
      for (int sequence = 0; sequence + 1 < states.rowOf().length; sequence++) {
        int first = states.rowOf()[sequence];
        int count = states.rowOf()[sequence + 1] - first;
        sizes.add(Arrays.copyOfRange(h, first * width, (first + count) * width), count, 0);
        for (int t = first + 1; t < first + count; t++) {
          requireFinite(h, t);
          requireFinite(z, t);
          moments.add(z, t * width);
        }
      }
    }

    private void requireFinite(float[] states, int row) throws CheckpointException {
      for (int i = 0; i < width; i++) {
        float state = states[row * width + i];
        if (!Float.isFinite(state)) {
          throw new CheckpointException(
              "a gate needs finite states, found " + state + " at " + hook + ", coordinate " + i);
        }
      }
    }

    StateScale scale() {
      double[] means = moments.means();
      double[] deviations = moments.deviations();
      float[] mean = new float[width];
      float[] deviation = new float[width];
      for (int i = 0; i < width; i++) {
        mean[i] = (float) means[i];
        deviation[i] = (float) deviations[i] > 0 ? (float) deviations[i] : 1;
      }
      return new StateScale(mean, deviation, sizes.scales());
    }
  }
}
