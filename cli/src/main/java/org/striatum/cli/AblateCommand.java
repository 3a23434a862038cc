package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.cli.console.Console;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.InterventionOptions;
import org.striatum.cli.summary.InterventionSummary;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.directions.DirectionFile;
import org.striatum.studies.neurons.DirectionSelection;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Ablates neurons and compares the effects with those of controls.
@Command(name = "ablate", description = "Ablate neuron sets and compare with random and RMS-matched sets: results.", footer = {
    "", "Example: striatum ablate run --set value@1%% --name mine",
    "Example: striatum ablate run --direction run/directions/add.safetensors --name direction",
    "A run can have several interventions, each with a name. A neuron file has one neuron per line: blocks.3.hook_resid_post[17]"})
final class AblateCommand extends ModelRunCommand<AblationSettings, InterventionResults> {
  @Mixin
  private InterventionOptions options;

  @Option(names = "--direction", paramLabel = "FILE", description = "A file of directions, one per hook point (.safetensors or .json; run/directions has those that probe found); instead of sets, or beside those that --set names. They are projected out unless --kind says add.")
  private List<Path> directions = new ArrayList<>();

  @Option(names = "--times", paramLabel = "A", description = "How many times --kind add adds a direction (default -1).")
  private Double times;

  AblateCommand(Console console) {
    super(console, AblationStep.STUDY);
  }

  @Override
  AblationSettings settings(AblationSettings settings, RunFolder run) throws IOException {
    AblationSettings base = run.has(DopamineStep.STUDY)
        ? settings.withSets(AblationSettings.VALUE_AND_DOPAMINE)
        : settings;
    AblationSettings asked = Given.checked(() -> options.over(base));
    if (times != null && (directions.isEmpty() || !asked.kinds().contains(AblationKind.ADD))) {
      throw new UsageException("--times is how often --kind add adds a direction: give --direction and --kind add too");
    }
    if (directions.isEmpty()) {
      return asked;
    }
    List<NeuronSelection> kept = new ArrayList<>();
    for (Path file : directions) {
      String name = file.getFileName().toString().replaceFirst("\\.(safetensors|json)$", "");
      kept.add(Given.checked(
          () -> DirectionSelection.keep(run, name, DirectionFile.read(file).values(),
              times == null ? DirectionSelection.DEFAULT_TIMES : times)));
    }
    boolean beside = options.namesSets();
    List<AblationKind> kinds = asked.directionKinds().isEmpty()
        ? Stream.concat(beside ? asked.kinds().stream() : Stream.empty(), Stream.of(AblationKind.PROJECT_OUT)).toList()
        : asked.kinds();
    return Given.checked(
        () -> asked.withSets(Stream.concat(beside ? asked.sets().stream() : Stream.empty(), kept.stream()).toList())
            .withKinds(kinds));
  }

  @Override
  String instance(AblationSettings settings) {
    return options.name().orElseGet(() -> super.instance(settings));
  }

  @Override
  void print(Console out, InterventionResults results) {
    new InterventionSummary(out).print(results);
  }
}
