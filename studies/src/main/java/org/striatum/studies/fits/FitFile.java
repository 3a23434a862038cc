package org.striatum.studies.fits;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.striatum.hooks.decoder.Tensors;
import org.striatum.probe.dopamine.StepScorer;
import org.striatum.probe.dopamine.TdErrorProbe;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.tensor.TensorInfo;
import org.striatum.probe.value.ValueProbe;

/// The probes that a study fitted: `fits/STUDY.safetensors`. Tensors are named `DATASET/HOOK/PROBE/PART`; metadata holds the
/// format, and the checksum of the settings and inputs that the probes were fitted with.
public final class FitFile {
  private static final FileFormat FORMAT = new FileFormat("fitted probes", 1);
  private static final String INPUTS = "inputs";
  private static final String FOLDER = "fits";
  private static final String MEANS = "means";
  private static final String DEVIATIONS = "deviations";
  private static final String SCALE = "scale-";

  private FitFile() {}

  /// The file of a study's probes.
  ///
  /// @param run folder
  public static Path of(Path run, String study) {
    return run.resolve(FOLDER).resolve(study + ".safetensors");
  }

  /// One part of a probe: floats or doubles.
  private record Part(String name, DType dtype, List<Long> shape, float[] floats, double[] doubles) {
    static Part of(String name, float[] values, long... shape) {
      return new Part(name, DType.F32, longs(shape), values, null);
    }

    static Part of(String name, double... values) {
      return new Part(name, DType.F64, List.of((long) values.length), null, values);
    }

    private static List<Long> longs(long... shape) {
      List<Long> all = new ArrayList<>();
      for (long size : shape) {
        all.add(size);
      }
      return all;
    }
  }

  /// Writes probes, atomically.
  ///
  /// @param inputs checksum of the settings and inputs that they were fitted with
  public static void write(Path file, List<Fit> fits, Sha256 inputs) throws IOException {
    SequencedMap<String, Part> parts = new LinkedHashMap<>();
    for (Fit fit : fits) {
      for (Part part : parts(fit)) {
        parts.put(fit.dataset() + "/" + fit.hook() + "/" + fit.probe() + "/" + part.name(), part);
      }
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    List<Declared> declared = parts.entrySet().stream()
        .map(part -> new Declared(part.getKey(), part.getValue().dtype(), part.getValue().shape())).toList();
    try (SafetensorsWriter writer = new SafetensorsWriter(file, declared,
        new TreeMap<>(Map.of(FileFormat.KEY, Integer.toString(FORMAT.version()), INPUTS, inputs.hex())))) {
      for (Map.Entry<String, Part> part : parts.entrySet()) {
        if (part.getValue().floats() != null) {
          writer.append(part.getKey(), part.getValue().floats(), 0, part.getValue().floats().length);
        } else {
          writer.append(part.getKey(), bytes(part.getValue().doubles()));
        }
      }
    }
  }

  private static List<Part> parts(Fit fit) {
    return switch (fit) {
      case Fit.Linear linear -> {
        LinearPredictor predictor = linear.predictor();
        yield List.of(Part.of("coefficients", predictor.coefficients()), Part.of("intercept", predictor.intercept()),
            Part.of(MEANS, predictor.scale().means()), Part.of(DEVIATIONS, predictor.scale().deviations()));
      }
      case Fit.Value value -> {
        List<Part> parts = new ArrayList<>(network(value.network()));
        parts.add(Part.of("rollouts", (double) value.rollouts()));
        yield parts;
      }
      case Fit.Scorer scorer -> {
        List<Part> parts = new ArrayList<>(network(scorer.scorer().probe().network()));
        parts.add(Part.of(SCALE + MEANS, scorer.scorer().scale().means()));
        parts.add(Part.of(SCALE + DEVIATIONS, scorer.scorer().scale().deviations()));
        yield parts;
      }
    };
  }

  private static List<Part> network(ValueProbe network) {
    return List.of(Part.of("w1", network.w1(), network.hidden(), network.width()),
        Part.of("b1", network.b1(), network.hidden()), Part.of("w2", network.w2(), network.hidden()),
        Part.of("b2", new float[]{network.b2()}, 1), Part.of(MEANS, network.scale().means()),
        Part.of(DEVIATIONS, network.scale().deviations()));
  }

  /// Bytes that a network takes, its scale included.
  public static long bytes(int hidden, int width) {
    return Float.BYTES * ((long) hidden * width + 2L * hidden + 1) + 2L * Double.BYTES * width;
  }

  private static MemorySegment bytes(double[] values) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, Double.BYTES)]);
    for (int i = 0; i < values.length; i++) {
      bytes.set(LITTLE_ENDIAN, (long) i * Double.BYTES, values[i]);
    }
    return bytes;
  }

  private static final ValueLayout.OfDouble LITTLE_ENDIAN = ValueLayout.JAVA_DOUBLE_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Reads one probe; empty if the file does not contain it.
  ///
  /// @param probe its name in the results
  /// @throws BadDataException if the file is missing, of another format, or not such a file
  static Optional<Fit> read(Path file, String dataset, HookPoint hook, String probe) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadDataException(file + " is missing: run the study that fits these probes again");
    }
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      FORMAT.require(tensors.metadata(), file.toString());
      Parts parts = new Parts(tensors, dataset + "/" + hook + "/" + probe + "/");
      if (tensors.tensors().keySet().stream().noneMatch(name -> name.startsWith(parts.prefix()))) {
        return Optional.empty();
      }
      try {
        return Optional.of(fit(parts, dataset, hook, probe));
      } catch (IllegalArgumentException malformed) { // shapes that do not fit each other
        throw new BadDataException(file + ": " + parts.prefix() + ": " + malformed.getMessage(), malformed);
      }
    }
  }

  private static Fit fit(Parts parts, String dataset, HookPoint hook, String probe) {
    if (parts.has("coefficients")) {
      return new Fit.Linear(dataset, hook, probe,
          new LinearPredictor(parts.scale(""), parts.doubles("intercept")[0], parts.doubles("coefficients")));
    }
    ValueProbe network = new ValueProbe(parts.floats("w1"), parts.floats("b1"), parts.floats("w2"),
        parts.floats("b2")[0], parts.scale(""));
    return Fit.Scorer.pooling(probe)
        .<Fit>map(pooling -> new Fit.Scorer(dataset, hook,
            new StepScorer(new TdErrorProbe(network), parts.scale(SCALE), pooling)))
        .orElseGet(() -> new Fit.Value(dataset, hook, probe, network, (int) parts.doubles("rollouts")[0]));
  }

  /// The tensors of one probe.
  private record Parts(SafetensorsFile tensors, String prefix) {
    boolean has(String name) {
      return tensors.tensors().containsKey(prefix + name);
    }

    float[] floats(String name) {
      require(name, DType.F32);
      return tensors.floats(prefix + name);
    }

    double[] doubles(String name) {
      double[] values = new double[require(name, DType.F64)];
      MemorySegment data = tensors.data(prefix + name);
      for (int i = 0; i < values.length; i++) {
        values[i] = data.get(LITTLE_ENDIAN, (long) i * Double.BYTES);
      }
      return values;
    }

    Standardisation scale(String named) {
      return new Standardisation(doubles(named + MEANS), doubles(named + DEVIATIONS));
    }

    /// The number of values of a tensor, at least one.
    private int require(String name, DType dtype) {
      if (!has(name)) {
        throw new IllegalArgumentException("has no '" + name + "'");
      }
      TensorInfo tensor = tensors.tensor(prefix + name);
      if (tensor.dtype() != dtype || tensor.elements() < 1 || tensor.elements() > Integer.MAX_VALUE / dtype.bytes()) {
        throw new IllegalArgumentException("'%s' must hold 1 to %d values of %s, found %d of %s".formatted(name,
            Integer.MAX_VALUE / dtype.bytes(), dtype, tensor.elements(), tensor.dtype()));
      }
      return (int) tensor.elements();
    }
  }
}
