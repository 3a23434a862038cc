package org.striatum.benchmarks.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;

/// Reading hidden states from a store.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class Reading {
  private static final int VALUES = 1 << 20;

  private final float[] into = new float[VALUES];
  private Path path;
  private SafetensorsFile file;

  @Setup
  public void write() throws IOException {
    path = Files.createTempFile("striatum-reading", ".safetensors");
    for (int i = 0; i < VALUES; i++) {
      into[i] = (float) Math.sin(i);
    }
    try (SafetensorsWriter writer = new SafetensorsWriter(path,
        List.of(new SafetensorsWriter.Declared("half", DType.F16, List.of((long) VALUES)),
            new SafetensorsWriter.Declared("single", DType.F32, List.of((long) VALUES))),
        Map.of())) {
      writer.append("half", into, 0, VALUES);
      writer.append("single", into, 0, VALUES);
    }
    file = SafetensorsFile.open(path);
  }

  @TearDown
  public void delete() throws IOException {
    file.close();
    Files.delete(path);
  }

  @Benchmark
  public float[] halfPrecision() {
    file.floats("half", 0, into, 0, VALUES);
    return into;
  }

  @Benchmark
  public float[] singlePrecision() {
    file.floats("single", 0, into, 0, VALUES);
    return into;
  }
}
