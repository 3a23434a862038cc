package org.striatum.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A study of a bundled checkpoint, as options of `striatum study`.
///
/// @param checkpoint its folder among the bundled ones
/// @param data problems beside it; null for generated sets
/// @param options of the study
/// @param output run folder
/// @param told what is known of the model whatever the study finds; null if nothing is
record DemoPreset(String checkpoint, String data, List<String> options, String output, String told) {
  /// The trained checkpoint on sets of one prompt length, so that length cannot explain success. Problems are cheap for so small
  /// a model and decide; networks are small and few, as no answer here stands on them but the ranking of TD errors.
  static final DemoPreset TRAINED = new DemoPreset("tiny-reasoner-step3000", null,
      List.of("--tasks", "mul-fixed,add-fixed", "--limit", "1500", "--effort", "quick", "--top-p", "1",
          "--max-new-tokens", "110", "--hooks", "blocks.1.hook_resid_post", "--splits", "3", "--probe",
          "--hidden 64 --epochs 4 --permutations 3 --ranking-passes 4-6", "--dopamine",
          "--rollouts 100 -k 4 --retrainings 3", "--ablate",
          "--layers primary --set value@1% --doses 1 --controls 20 --attempts 160", "--search",
          "--problems 40"),
      "striatum-demo", null);

  /// The model with planted value neurons.
  static final DemoPreset PLANTED = new DemoPreset("planted", "planted.jsonl",
      List.of("--limit", "600", "--effort", "quick", "--top-p", "1", "--max-new-tokens", "4", "--hooks",
          "blocks.1.hook_resid_post", "--splits", "3", "--probe",
          "--hidden 64 --epochs 4 --permutations 3 --ranking-passes 4-6", "--dopamine",
          "--rollouts 100 -k 4 --retrainings 3", "--ablate",
          "--layers primary --set value@top6 --doses 5 --controls 20", "--search",
          "--problems 20"),
      "striatum-demo-planted",
      "What was planted: coordinates 48, 52, 62, 98, 101 and 110 hold the chance of success, and the answer is read from them.");

  DemoPreset {
    options = List.copyOf(options);
  }

  /// The arguments of `striatum study`.
  ///
  /// @param home of the installation
  List<String> arguments(Path home) {
    Path folder = home.resolve("checkpoints").resolve(checkpoint);
    Stream<String> problems = data == null ? Stream.of() : Stream.of("--data", folder.resolve(data).toString());
    return Stream.of(Stream.of(folder.toString()), problems, options.stream(), Stream.of("--output", output))
        .flatMap(part -> part).toList();
  }

  Optional<String> truth() {
    return Optional.ofNullable(told);
  }
}
