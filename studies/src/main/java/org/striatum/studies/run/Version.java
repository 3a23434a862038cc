package org.striatum.studies.run;

import ai.djl.engine.Engine;
import java.util.Map;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.studies.run.Manifest.Environment;

/// What this build is, for the manifest and whoever asks.
public final class Version {
  public static final String NAME = "striatum 0.1.0";

  private Version() {}

  /// The environment that figures are made in.
  public static Environment environment(int threads) {
    return Environment.here(NAME, Map.of("onnxruntime", OnnxModel.runtimeVersion(), "djl",
        Engine.getDjlVersion(), "smile",
        String.valueOf(smile.math.MathEx.class.getPackage().getImplementationVersion())),
        threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }
}
