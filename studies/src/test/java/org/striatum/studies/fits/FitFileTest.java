package org.striatum.studies.fits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.dopamine.StepPooling;
import org.striatum.probe.dopamine.StepScorer;
import org.striatum.probe.dopamine.TdErrorProbe;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.OtherFormatException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.value.ValueProbe;

class FitFileTest {
  private static final HookPoint HOOK = HookPoint.residPost(3);
  private static final Sha256 INPUTS = Sha256.of(new byte[]{1});

  private final SplittableRandom random = new SplittableRandom(7);

  @TempDir
  Path run;

  private double[] doubles(int count) {
    return random.doubles(count, -1, 1).toArray();
  }

  private float[] floats(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble();
    }
    return values;
  }

  private Standardisation scale(int width) {
    return new Standardisation(doubles(width), doubles(width));
  }

  private ValueProbe network(int hidden, int width) {
    return new ValueProbe(floats(hidden * width), floats(hidden), floats(hidden), 0.25f, scale(width));
  }

  @Test
  void everyKindOfProbeComesBackBitForBit() throws IOException {
    Fit.Linear linear = new Fit.Linear("a/b", HOOK, "linear", new LinearPredictor(scale(5), 0.1, doubles(5)));
    Fit.Value value = new Fit.Value("a/b", HOOK, "td", network(4, 5), 71);
    Fit.Scorer scorer = new Fit.Scorer("mul", HOOK,
        new StepScorer(new TdErrorProbe(network(2, 5)), scale(5), StepPooling.MAX));
    Path file = FitFile.of(run, "probe");
    FitFile.write(file, List.of(linear, value, scorer), INPUTS);

    Fits fits = new Fits(file);
    LinearPredictor predictor = fits.linear("a/b", HOOK, "linear").orElseThrow().predictor();
    assertThat(predictor.coefficients()).containsExactly(linear.predictor().coefficients());
    assertThat(predictor.intercept()).isEqualTo(0.1);
    assertThat(predictor.scale().means()).containsExactly(linear.predictor().scale().means());
    Fit.Value read = fits.value("a/b", HOOK, "td").orElseThrow();
    assertThat(read.rollouts()).isEqualTo(71);
    float[] rows = floats(15);
    assertThat(read.network().values(rows, 3)).containsExactly(value.network().values(rows, 3));
    assertThat(fits.scorer("mul", HOOK).orElseThrow().scorer().score(rows, 3))
        .isEqualTo(scorer.scorer().score(rows, 3));
    assertThat(fits.value("a/b", HookPoint.residPost(2), "td")).isEmpty();
    assertThat(fits.value("a/b", HOOK, "linear")).as("of another kind").isEmpty();
    assertThat(Fits.NONE.scorer("mul", HOOK)).isEmpty();
  }

  @Test
  void equalProbesGiveEqualBytes() throws IOException {
    List<Fit> fits = List.of(new Fit.Value("mul", HOOK, "td", network(4, 5), 1));
    FitFile.write(run.resolve("a"), fits, INPUTS);
    FitFile.write(run.resolve("b"), fits, INPUTS);
    assertThat(run.resolve("a")).hasSameBinaryContentAs(run.resolve("b"));
  }

  @Test
  void aFileOfAnotherFormatOrWithPartsThatDoNotFitIsRefused() throws IOException {
    Path file = run.resolve("probe.safetensors");
    write(file, "2", 3);
    assertThatExceptionOfType(OtherFormatException.class)
        .isThrownBy(() -> FitFile.read(file, "mul", HOOK, "linear"));
    write(file, "x", 3);
    assertThatExceptionOfType(OtherFormatException.class)
        .isThrownBy(() -> FitFile.read(file, "mul", HOOK, "linear"));
    write(file, "1", 3);
    assertThatExceptionOfType(BadDataException.class).isThrownBy(() -> FitFile.read(file, "mul", HOOK, "linear"))
        .withMessageContaining("has no 'means'");
    Files.delete(file);
    assertThatExceptionOfType(BadDataException.class).isThrownBy(() -> FitFile.read(file, "mul", HOOK, "linear"));
  }

  private static void write(Path file, String format, int width) throws IOException {
    String name = "mul/" + HOOK + "/linear/coefficients";
    try (SafetensorsWriter writer = new SafetensorsWriter(file,
        List.of(new Declared(name, DType.F32, List.of((long) width))), Map.of(FileFormat.KEY, format))) {
      writer.append(name, new float[width], 0, width);
    }
  }
}
