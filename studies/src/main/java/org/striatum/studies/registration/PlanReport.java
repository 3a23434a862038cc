package org.striatum.studies.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Manifest.PrimaryFamily;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;

/// The plan that a run was registered with, and what deviates from it.
///
/// @param sha256 of the plan
/// @param deviations in the order of the run's steps
public record PlanReport(Sha256 sha256, PrimaryFamily primary, List<Deviation> deviations) {
  private static final String ABSENT = "absent";
  private static final int LONGEST = 60;

  public PlanReport {
    deviations = List.copyOf(deviations);
  }

  /// One thing that is not as planned.
  ///
  /// @param of which study or input
  /// @param place what of it
  /// @param planned the value as the plan holds it, or words
  /// @param found the value as the run holds it, or words
  public record Deviation(String of, String place, JsonNode planned, JsonNode found) {
    /// One that is told in words.
    static Deviation said(String of, String place, String planned, String found) {
      return new Deviation(of, place, TextNode.valueOf(planned), TextNode.valueOf(found));
    }

    public String printed() {
      return "%s: %s was planned as %s, found %s".formatted(of, place, brief(planned), brief(found));
    }

    private static String brief(JsonNode value) {
      String text = FlatRecord.printed(value);
      return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
  }

  /// One line for a reader, the deviations left out.
  public String printed() {
    return "planned before the first result (%s %s…); primary: %s; %s".formatted(PlanFile.NAME,
        sha256.hex().substring(0, 8), primary.printed(), deviations.isEmpty()
            ? "nothing deviates from the plan"
            : deviations.size() + (deviations.size() == 1 ? " deviation" : " deviations") + " from the plan");
  }

  /// The plan of a run and what deviates; empty for a run without one.
  ///
  /// @param studies that are known
  public static Optional<PlanReport> of(RunFolder run, List<Study<?, ?>> studies) throws IOException {
    Manifest.Plan registered = run.manifest().plan();
    if (registered == null) {
      return Optional.empty();
    }
    Path file = run.folder().resolve(PlanFile.NAME);
    Sha256 found = Files.isRegularFile(file) ? Sha256.of(file) : null;
    if (!registered.sha256().equals(found)) {
      return Optional.of(new PlanReport(registered.sha256(), registered.primary(),
          List.of(Deviation.said("plan", PlanFile.NAME, brief(registered.sha256()),
              (found == null ? "none" : brief(found)) + ", so nothing can be compared"))));
    }
    Plan.Told told = PlanFile.read(file).plan().told();
    List<Deviation> deviations = new ArrayList<>(inputs(told, run.manifest().inputs()));
    for (Manifest.Step step : run.manifest().steps()) {
      deviations.addAll(step(told, run, step, studies));
    }
    List<String> open = told.settings().keySet().stream()
        .filter(name -> run.manifest().steps().stream().noneMatch(step -> isOf(step, name, told))).toList();
    if (!open.isEmpty()) {
      deviations.add(Deviation.said("run", "studies", String.join(", ", open), "not done"));
    }
    return Optional.of(new PlanReport(registered.sha256(), registered.primary(), deviations));
  }

  private static String brief(Sha256 sum) {
    return sum.hex().substring(0, 8) + "…";
  }

  private static boolean isOf(Manifest.Step step, String study, Plan.Told told) {
    String instance = told.instances().getOrDefault(study, "");
    return step.name().equals(instance.isEmpty() ? study : study + "/" + instance);
  }

  private static List<Deviation> inputs(Plan.Told told, Manifest.Inputs inputs) {
    List<Deviation> deviations = new ArrayList<>();
    if (inputs.checkpoint() != null && !inputs.checkpoint().files().equals(told.files())) {
      TreeSet<String> more = new TreeSet<>(inputs.checkpoint().files().keySet());
      more.removeAll(told.files().keySet());
      deviations.add(Deviation.said("run", "checkpoint", told.checkpoint(),
          more.isEmpty() ? inputs.checkpoint().name() + " with other files" : "with " + String.join(", ", more)));
    }
    if (inputs.data() != null) {
      List<String> sets = inputs.data().sets().stream().sorted().toList();
      List<String> planned = told.data().keySet().stream().toList();
      if (!sets.equals(planned)) {
        deviations.add(Deviation.said("run", "problem sets", String.join(", ", planned), String.join(", ", sets)));
      }
    }
    return deviations;
  }

  private static List<Deviation> step(Plan.Told told, RunFolder run, Manifest.Step step, List<Study<?, ?>> studies)
      throws IOException {
    String name = step.name().split("/", 2)[0];
    Optional<Study<?, ?>> study = studies.stream().filter(one -> one.name().equals(name)).findFirst();
    if (!told.settings().containsKey(name)) {
      boolean counted = study.isPresent() && !study.get().isInternal()
          && study.get().scope() != Study.Scope.COMPARISON;
      return counted ? List.of(Deviation.said(step.name(), "study", ABSENT, "done")) : List.of();
    }
    if (!isOf(step, name, told)) {
      return List.of(Deviation.said(step.name(), "study", ABSENT, "done"));
    }
    Path file = run.settingsFile(step.name());
    if (!Files.isRegularFile(file)) {
      return List.of(Deviation.said(step.name(), "settings", "kept", "missing"));
    }
    JsonNode found = RecordJson.read(file, JsonNode.class);
    List<Deviation> deviations = new ArrayList<>();
    if (name.equals(StudyRun.ROLLOUTS)) {
      found = found.path("drawn");
      deviations.addAll(drawn(told, run, step));
    }
    SequencedMap<String, JsonNode> planned = flat(told.settings().get(name));
    SequencedMap<String, JsonNode> now = flat(found);
    SequencedMap<String, JsonNode> all = new LinkedHashMap<>(planned);
    all.putAll(now);
    for (String place : all.keySet()) {
      if (!Objects.equals(planned.get(place), now.get(place))) {
        deviations.add(new Deviation(step.name(), place, planned.getOrDefault(place, TextNode.valueOf(ABSENT)),
            now.getOrDefault(place, TextNode.valueOf(ABSENT))));
      }
    }
    return deviations;
  }

  /// The number of rollouts of each set: a file may have fewer problems than asked for, and some may have been left out.
  private static List<Deviation> drawn(Plan.Told told, RunFolder run, Manifest.Step step) throws IOException {
    Path file = run.resultsFile(step.name());
    List<Deviation> deviations = new ArrayList<>();
    if (!Files.isRegularFile(file)) {
      return deviations;
    }
    int samples = told.settings().get(StudyRun.ROLLOUTS).path("samples").asInt(1);
    for (JsonNode set : RecordJson.read(file, JsonNode.class).path("datasets")) {
      Plan.PlannedData planned = told.data().get(set.path("dataset").asText());
      if (planned != null && planned.problems() * samples != set.path("rollouts").asInt()) {
        deviations.add(new Deviation(step.name(), "rollouts of " + set.path("dataset").asText(),
            IntNode.valueOf(planned.problems() * samples), set.path("rollouts")));
      }
    }
    return deviations;
  }

  private static SequencedMap<String, JsonNode> flat(JsonNode settings) throws BadDataException {
    SequencedMap<String, JsonNode> values = new LinkedHashMap<>();
    FlatRecord.of(settings).entries().forEach(entry -> values.put(entry.place(), entry.node()));
    return values;
  }
}
