package org.striatum.peft.llm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.striatum.probe.intervention.CoordinateScales;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// Where the states of one hook point lie, coordinate by coordinate, in units of h: over the positions of some texts, the
/// first left out.
///
/// @param mean (d)
/// @param deviation standard deviation; 1 where a coordinate never moves: (d)
/// @param sizes what matched sets and sinks are found by
public record StateScale(float[] mean, float[] deviation, CoordinateScales sizes) {
  /// Texts recorded at a time: what is held in memory.
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

  /// Runs the model on texts and reads the scale of each hook point.
  ///
  /// @throws IllegalArgumentException if a state is NaN or ∞, naming the hook point: no gate could be learned on it
  public static Map<HookPoint, StateScale> of(GatedModel model, List<TokenSequence> texts, Set<HookPoint> hooks) {
    Map<HookPoint, Sums> sums = new LinkedHashMap<>();
    hooks.forEach(hook -> sums.put(hook, new Sums(model.width(hook))));
    for (int start = 0; start < texts.size(); start += CHUNK) {
      Recording recording = model.record(texts.subList(start, Math.min(texts.size(), start + CHUNK)), hooks,
          Gates.none());
      sums.forEach((hook, of) -> of.add(hook, recording));
    }
    Map<HookPoint, StateScale> scales = new LinkedHashMap<>();
    sums.forEach((hook, of) -> scales.put(hook, of.scale()));
    return scales;
  }

  private static final class Sums {
    private final double[] sum;
    private final double[] squares;
    private final CoordinateScales.Tally sizes;
    private long rows;

    Sums(int width) {
      sum = new double[width];
      squares = new double[width];
      sizes = new CoordinateScales.Tally(width);
    }

    void add(HookPoint hook, Recording recording) {
      float[] states = recording.at(hook); // (rows, width)
      int width = sum.length;
      for (int sequence = 0; sequence + 1 < recording.rowOf().length; sequence++) {
        int first = recording.rowOf()[sequence];
        int count = recording.rowOf()[sequence + 1] - first;
        float[] own = new float[count * width];
        System.arraycopy(states, first * width, own, 0, own.length);
        sizes.add(own, count, 0);
        for (int t = 1; t < count; t++) {
          rows++;
          for (int i = 0; i < width; i++) {
            double h = own[t * width + i];
            if (!Double.isFinite(h)) {
              throw new IllegalArgumentException("a gate needs finite states, found " + h + " at " + hook
                  + ", coordinate " + i);
            }
            sum[i] += h;
            squares[i] += h * h;
          }
        }
      }
    }

    StateScale scale() {
      float[] mean = new float[sum.length];
      float[] deviation = new float[sum.length];
      for (int i = 0; i < mean.length; i++) {
        double average = sum[i] / rows;
        float spread = (float) Math.sqrt(Math.max(0, squares[i] / rows - average * average));
        mean[i] = (float) average;
        deviation[i] = spread > 0 ? spread : 1;
      }
      return new StateScale(mean, deviation, sizes.scales());
    }
  }
}
