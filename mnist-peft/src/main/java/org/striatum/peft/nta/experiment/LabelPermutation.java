package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.striatum.datasets.images.ImageSet;
import org.striatum.peft.nta.image.FeatureSet;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.LabelBlocks;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.LabelSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;
import org.striatum.peft.nta.study.SimulatedArm;

/// A gated linear network that names the classes of images, one way in one block and another in the next: conflicting tasks,
/// which no single linear map can do. (§6, MNIST and Fashion-MNIST.)
///
/// The loss is half the mean squared error to one-hot names, over all test images.
public final class LabelPermutation {
  private LabelPermutation() {}

  /// Trains the features, then runs the network with bounded gates, with unbounded ones and with slow ones.
  public static NtaResults run(NtaStudy study, ImageSet images, LabelSettings settings) throws IOException {
    FeatureSet features = FeatureSet.of(images, settings.features().units(), settings.features().seed());
    List<SimulatedArm> planned = List.of(arm("fast, bounded gates", settings, features),
        arm("fast gates, λ = 0", settings.unregularised(), features),
        arm("forgetful", settings.forgetful(), features));
    List<ArmResults> arms = ArmResults.of(study, planned);
    List<Finding> findings = new ArrayList<>();
    double[] bounded = arms.getFirst().figure(NtaRun.TIME_TO_CRITERION, -1);
    for (ArmResults arm : arms.subList(1, 3)) {
      double[] other = arm.figure(NtaRun.TIME_TO_CRITERION, -1);
      findings.add(Finding.surely(arm.name() + ": time in the last block over that of bounded gates", 1,
          Double.POSITIVE_INFINITY, SeedBootstrap.medianRatio(other, bounded)));
    }
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + ": time to loss %s in block 1 (τ_w)".formatted(settings.criterion()),
          SeedBootstrap.median(arm.figure(NtaRun.TIME_TO_CRITERION, 1))));
      findings.add(
          Finding.reported(arm.name() + ": time to loss %s in the last block (τ_w)".formatted(settings.criterion()),
              SeedBootstrap.median(arm.figure(NtaRun.TIME_TO_CRITERION, -1))));
      for (String figure : List.of(LabelBlocks.ACCURACY_AT_END, LabelBlocks.ACCURACY_OF_OTHER,
          LabelBlocks.PATH_ACCURACY)) {
        findings.add(Finding.reported(arm.name() + ": " + figure, SeedBootstrap.median(arm.figure(figure, -1))));
      }
    }
    return new NtaResults(NtaExperiment.LABEL_PERMUTATION, arms, findings,
        "Images are " + images.name() + "; no printed figure could be confirmed, the direction is the paper's.");
  }

  private static SimulatedArm arm(String name, LabelSettings settings, FeatureSet features) {
    return new SimulatedArm(name, settings, true, seed -> LabelBlocks.run(settings, features, seed));
  }
}
