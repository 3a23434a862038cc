package org.striatum.probe.value;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.Standardisation;

/// Value probes that are trained side by side, as pieces of work. A probe's bytes may be more than a piece can hold, so that a piece is
/// a part of them; they are put together when the probe is asked for.
///
/// @param each how many pieces a probe is, the same for all of them
/// @param parts of all probes, one probe after the other
public record ProbeFits(int each, List<Part> parts) {
  /// Bytes of a part, at most: as text they stay below what a string in JSON may have.
  private static final int PART_BYTES = 8 << 20;
  /// Probes that are trained side by side as one batch of pieces, at most.
  public static final int TOGETHER = 32;

  /// Some bytes of a fit, which are made only when they are written: a fit that is here takes no more memory than itself.
  public static final class Part {
    private final ValueProbeFit fit; // null where bytes were read
    private final int number;
    private final String base64;

    private Part(ValueProbeFit fit, int number) {
      this.fit = fit;
      this.number = number;
      base64 = null;
    }

    /// A part that was kept.
    ///
    /// @param base64 big-endian; empty behind the end of the fit
    @JsonCreator
    Part(@JsonProperty("base64") String base64) {
      fit = null;
      number = 0;
      this.base64 = base64;
    }

    @JsonProperty("base64")
    String base64() {
      if (fit == null) {
        return base64;
      }
      byte[] bytes = bytes(fit);
      int from = (int) Math.min(bytes.length, (long) number * PART_BYTES);
      int to = (int) Math.min(bytes.length, (number + 1L) * PART_BYTES);
      return Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, from, to));
    }
  }

  /// Trains probes, as many at once as there are processors.
  ///
  /// @param name of the work, distinct
  /// @param task stepped once a probe
  public static ProbeFits train(String name, List<ProbeJob> jobs, Pieces pieces, Progress.Task task) {
    int each = jobs.stream().mapToInt(ProbeFits::parts).max().orElse(1);
    Work<Part> work = Work.of(name, Part.class, Work.batches(jobs.size() * each, TOGETHER * each), batch -> {
      int from = batch.getFirst() / each;
      List<ProbeJob> own = jobs.subList(from, from + batch.size() / each);
      return ProbeTrainings.all(own, () -> task.step(1)).stream()
          .flatMap(fit -> IntStream.range(0, each).mapToObj(p -> new Part(fit, p)))
          .toList();
    });
    task.step((work.count() - pieces.left(work)) / each);
    return new ProbeFits(each, pieces.all(work));
  }

  public ProbeFits {
    parts = List.copyOf(parts);
  }

  /// A probe, made anew from its bytes where it was kept.
  public ValueProbeFit get(int probe) {
    ValueProbeFit here = parts.get(probe * each).fit;
    return here == null ? fit(parts.subList(probe * each, (probe + 1) * each)) : here;
  }

  /// The most that a fit can take, in parts.
  private static int parts(ProbeJob job) {
    ValueProbeTraining training = job.training();
    long width = job.train().width();
    long network = Float.BYTES * (training.hidden() * (width + 2) + 1);
    long errors = Double.BYTES * (1L + training.stopping().maxEpochs());
    long rest = 2 * Double.BYTES * width + errors + 64;
    return Math.toIntExact(Math.ceilDiv(2 * network + rest, (long) PART_BYTES));
  }

  /// hidden, width, passes with an error, best, diverged, sorted passes, sorted overlap, stable; errors; moments; both networks. The
  /// network that predicts and the one that ranks stand on one scale.
  private static byte[] bytes(ValueProbeFit fit) {
    ValueProbe probe = fit.probe();
    int errors = fit.validationErrors().size();
    ByteBuffer bytes = ByteBuffer.allocate(7 * Integer.BYTES + Double.BYTES * (1 + errors + 2 * probe.width())
        + 2 * Float.BYTES * (probe.hidden() * (probe.width() + 2) + 1));
    bytes.putInt(probe.hidden()).putInt(probe.width()).putInt(errors).putInt(fit.best()).putInt(fit.diverged() ? 1 : 0)
        .putInt(fit.sorted().passes()).putInt(fit.sorted().stable() ? 1 : 0).putDouble(fit.sorted().overlap());
    fit.validationErrors().forEach(bytes::putDouble);
    put(bytes, probe.scale().means());
    put(bytes, probe.scale().deviations());
    put(bytes, probe);
    put(bytes, fit.ranking());
    return bytes.array();
  }

  private static void put(ByteBuffer bytes, ValueProbe probe) {
    put(bytes, probe.w1());
    put(bytes, probe.b1());
    put(bytes, probe.w2());
    bytes.putFloat(probe.b2());
  }

  private static void put(ByteBuffer bytes, double[] values) {
    bytes.asDoubleBuffer().put(values);
    bytes.position(bytes.position() + values.length * Double.BYTES);
  }

  private static void put(ByteBuffer bytes, float[] values) {
    bytes.asFloatBuffer().put(values);
    bytes.position(bytes.position() + values.length * Float.BYTES);
  }

  private static ValueProbeFit fit(List<Part> parts) {
    List<byte[]> decoded = parts.stream().map(part -> Base64.getDecoder().decode(part.base64)).toList();
    ByteBuffer bytes = ByteBuffer.allocate(decoded.stream().mapToInt(part -> part.length).sum());
    decoded.forEach(bytes::put);
    bytes.flip();
    int hidden = bytes.getInt();
    int width = bytes.getInt();
    int errors = bytes.getInt();
    int best = bytes.getInt();
    boolean diverged = bytes.getInt() == 1;
    int passes = bytes.getInt();
    boolean stable = bytes.getInt() == 1;
    ValueProbeFit.Sorted sorted = new ValueProbeFit.Sorted(passes, bytes.getDouble(), stable);
    List<Double> validation = DoubleStream.of(doubles(bytes, errors)).boxed().toList();
    Standardisation scale = new Standardisation(doubles(bytes, width), doubles(bytes, width));
    return new ValueProbeFit(probe(bytes, hidden, scale), validation, best, diverged, probe(bytes, hidden, scale),
        sorted);
  }

  private static ValueProbe probe(ByteBuffer bytes, int hidden, Standardisation scale) {
    return new ValueProbe(floats(bytes, hidden * scale.width()), floats(bytes, hidden), floats(bytes, hidden),
        bytes.getFloat(), scale);
  }

  private static double[] doubles(ByteBuffer bytes, int count) {
    double[] values = new double[count];
    DoubleBuffer from = bytes.asDoubleBuffer();
    from.get(values);
    bytes.position(bytes.position() + count * Double.BYTES);
    return values;
  }

  private static float[] floats(ByteBuffer bytes, int count) {
    float[] values = new float[count];
    FloatBuffer from = bytes.asFloatBuffer();
    from.get(values);
    bytes.position(bytes.position() + count * Float.BYTES);
    return values;
  }
}
