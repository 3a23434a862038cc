package org.striatum.reports.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.reports.page.Bibliography;
import org.striatum.reports.page.Notation;

/// What a paper about this run must say: the methods in a paragraph, made from the manifest, the settings and the results, and
/// what to cite.
///
/// @param methods one paragraph of plain text
/// @param bibtex entries of the papers whose methods were used, and of this tool
record Citation(String methods, String bibtex) {
  static Citation of(RunReport.Content content) {
    JsonNode manifest = Bibliography.manifest(content.manifest());
    List<String> sentences = new ArrayList<>();
    sentences.add(checkpoint(content, manifest));
    sentences.add(rollouts(content));
    Optional.ofNullable(content.values()).ifPresent(values -> values(sentences, values));
    if (content.dopamine() != null) {
      sentences.add(dopamine(content));
    }
    if (!content.interventions().isEmpty()) {
      interventions(sentences, content.interventions().values().stream().toList());
    }
    sentences
        .add("Intervals are 95 % percentile bootstraps over problems, with all rollouts of a problem kept together."
            + " Answers of yes or no are given only where an interval or a corrected test shows them, and no only where an"
            + " effect of the declared size would have been found four times in five.");
    String bibtex = content.adaptations().isEmpty()
        ? Bibliography.bibtex(content.manifest(), Bibliography.REWARD_SUBSYSTEM)
        : Bibliography.bibtex(content.manifest(), Bibliography.REWARD_SUBSYSTEM, Bibliography.BRAIN_MODES);
    return new Citation(String.join(" ", sentences), bibtex);
  }

  private static String checkpoint(RunReport.Content content, JsonNode manifest) {
    CheckpointFacts facts = content.checkpoint();
    String runtime = manifest.at("/environments/0/versions/onnxruntime").asText("");
    return "We studied %s (%s, %s layers of width %s, %s parameters, %s) with %s%s.".formatted(facts.name(),
        facts.modelType(), Notation.count(facts.layers()), Notation.count(facts.width()),
        Notation.count(facts.parameters()), facts.dtype(), Bibliography.tool(manifest),
        runtime.isEmpty() ? "" : " on ONNX Runtime " + runtime);
  }

  private static String rollouts(RunReport.Content content) {
    Sampling sampling = content.sampling().sampling();
    String drawn = sampling.temperature() == 0
        ? "decoded greedily"
        : "sampled at temperature %s and top-p %s".formatted(Notation.plain(sampling.temperature()),
            Notation.plain(sampling.topP()))
            + (sampling.topK() > 0 ? " and top-k " + Notation.count(sampling.topK()) : "");
    return "Of each problem we drew %s, %s, of at most %s (seed %d).".formatted(
        Notation.count(content.sampling().rolloutsPerProblem(), "rollout"), drawn,
        Notation.count(sampling.maxNewTokens(), "new token"), content.sampling().seed());
  }

  private static void values(List<String> sentences, ValueNeuronResults values) {
    if (!values.datasets().isEmpty()) {
      sentences.add("Problems, never rollouts, were split into training, validation and test: "
          + values.datasets().stream().map(Citation::split).collect(Collectors.joining("; ")) + ".");
    }
    List<HookPoint> hooks = values.layers().stream().map(LayerProbes::hook).distinct().toList();
    if (!hooks.isEmpty()) {
      sentences
          .add("Value probes were fitted to the state at the last prompt position at %s (%s); the hook point of each"
              .formatted(Notation.count(hooks.size(), "hook point"), places(hooks))
              + " dataset was chosen on validation problems and compared with the same choice on rewards shuffled by problem.");
    }
    if (!values.controls().isEmpty()) {
      DatasetControls first = values.controls().getFirst();
      sentences.add(("Controls use ridge regression of the outcome on all coordinates: sparsity against %s of the same"
          + " size (margin %s AUROC), alignment against %s, and what the probe adds to prompt length and its square.")
          .formatted(Notation.count(first.sparsity().random().sets(), "random set"),
              Notation.plain(first.sparsity().margin()),
              Notation.count(first.rotation().rotations(), "random rotation") + " of the basis"));
    }
  }

  private static String split(DatasetSummary dataset) {
    return "%s %s, %s, %s".formatted(dataset.dataset(), Notation.count(dataset.train()),
        Notation.count(dataset.validation()), Notation.count(dataset.test()));
  }

  /// The first and the last of many.
  private static String places(List<HookPoint> hooks) {
    List<HookPoint> sorted = hooks.stream().sorted().toList();
    return sorted.size() < 3
        ? sorted.stream().map(HookPoint::toString).collect(Collectors.joining(" and "))
        : sorted.getFirst() + " to " + sorted.getLast();
  }

  private static String dopamine(RunReport.Content content) {
    String draws = content.studies().stream().filter(study -> study.step().equals("continuations"))
        .flatMap(study -> study.settings().stream()).filter(entry -> entry.place().equals("draws"))
        .map(entry -> entry.value() + " ").findFirst().orElse("");
    int tested = content.dopamine().layers().stream().mapToInt(layer -> layer.tested().size()).sum();
    return ("The value of each step was estimated from %ssampled continuations and its surprise δ is the change of that"
        + " value; %s had the five-part signature test on test problems.").formatted(draws,
            Notation.count(tested, "coordinate"));
  }

  private static void interventions(List<String> sentences, List<InterventionResults> studies) {
    List<Intervention> all = studies.stream().flatMap(study -> study.interventions().stream()).toList();
    if (all.isEmpty()) {
      return;
    }
    LinkedHashSet<String> sets = new LinkedHashSet<>();
    LinkedHashSet<String> kinds = new LinkedHashSet<>();
    all.forEach(one -> sets.add(one.set()));
    all.forEach(one -> kinds.add(one.treatment()));
    long primary = all.stream().filter(Intervention::primary).count();
    int matched = all.stream().mapToInt(one -> one.matched().effects().size()).max().orElse(0);
    int random = all.stream().mapToInt(one -> one.random().effects().size()).max().orElse(0);
    sentences
        .add(("We changed the sets %s (%s) and compared each with up to %s and %s of equally many coordinates; p is"
            + " (1 + controls at least as harmful) / (1 + controls), corrected by Holm among the %s fixed before the run and by"
            + " Benjamini–Hochberg among the other %s.").formatted(String.join(", ", sets), String.join(", ", kinds),
                Notation.count(matched, "RMS-matched set"), Notation.count(random, "random set"),
                Notation.count(primary),
                Notation.count(all.size() - primary)));
  }
}
