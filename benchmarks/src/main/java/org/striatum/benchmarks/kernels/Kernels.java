package org.striatum.benchmarks.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.striatum.benchmarks.measure.Findings;
import org.striatum.benchmarks.measure.Kernel;
import org.striatum.benchmarks.measure.Setting;

/// The inner loops that studies spend their time in, by JMH: mean time of a call, and what it allocates.
public final class Kernels {
  /// What a call does, by class and method.
  private static final Map<String, String> WORK = Map.of("Regressions.accumulateMoments",
      "1,024 rows × 896 into the moments, one block", "Regressions.descendPath",
      "lasso path of 100 penalties from moments, 512 coordinates", "Training.passOfTemporalDifferences",
      "25 steps on 4 × 100 states × 256, 256 hidden, with upload and validation", "Training.applyGate",
      "a gate of sigmoids on 1,024 rows × 896", "Statistics.auroc", "10,000 scores", "Statistics.spearman",
      "10,000 pairs", "Reading.halfPrecision", "1,048,576 F16 values of a mapped safetensors file, converted to F32",
      "Reading.singlePrecision", "1,048,576 F32 values of a mapped safetensors file");
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private Kernels() {}

  public static Findings run(Setting setting) throws RunnerException {
    setting.note().accept("kernels: " + WORK.size() + " loops");
    // The class path goes into a jar's manifest: a command line beyond 4096 bytes crashes native code.
    System.setProperty("jmh.separateClasspathJAR", "true");
    OptionsBuilder options = new OptionsBuilder();
    options.include(Kernels.class.getPackageName().replace(".", "\\.") + "\\..*").forks(1)
        .warmupIterations(setting.quick() ? 1 : 3).warmupTime(TimeValue.milliseconds(setting.quick() ? 200 : 1000))
        .measurementIterations(setting.quick() ? 2 : 5)
        .measurementTime(TimeValue.milliseconds(setting.quick() ? 200 : 1000)).shouldFailOnError(true)
        .timeUnit(TimeUnit.MICROSECONDS).addProfiler(GCProfiler.class).verbosity(VerboseMode.SILENT)
        .jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    List<Kernel> kernels = new ArrayList<>();
    for (RunResult found : new Runner(options.build()).run()) {
      String name = found.getParams().getBenchmark().substring(Kernels.class.getPackageName().length() + 1);
      Result<?> time = found.getPrimaryResult();
      Result<?> allocated = found.getSecondaryResults().get(ALLOCATED);
      kernels.add(new Kernel(name, WORK.get(name), time.getScore(), time.getScoreError(),
          allocated == null ? Double.NaN : allocated.getScore()));
    }
    return new Findings(List.of(), List.of(), kernels);
  }
}
