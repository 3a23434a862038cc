package org.striatum.studies.run;

import ai.djl.engine.Engine;
import java.util.Map;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.studies.run.Manifest.Environment;

/// The version of this build, for the manifest and for users.
public final class Version {
  public static final String NAME = "striatum 0.1.0";

  private Version() {}

  /// The environment in which figures are computed.
  public static Environment environment(int threads) {
    return Environment.here(NAME, Map.of("onnxruntime", OnnxModel.runtimeVersion(), "djl",
        Engine.getDjlVersion(), "smile",
        String.valueOf(smile.math.MathEx.class.getPackage().getImplementationVersion())),
        threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }
}
