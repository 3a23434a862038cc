package org.striatum.cli.option;

import java.io.IOException;
import java.util.Optional;
import java.util.Stack;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.intervention.SurpriseStep;
import org.striatum.studies.paper.Paper;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Study;
import org.striatum.studies.splits.SplitsSettings;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The effort of a study, step by step.
public final class StudyOptions {
  @Option(names = "--effort", paramLabel = "quick|standard", defaultValue = "standard", description = "quick: minutes for a small model; standard: every command's defaults (default).")
  private Effort effort;

  @Option(names = "--paper", paramLabel = "v1|v2", description = "Probes, rankings and ablations as written in arXiv 2602.00986, our controls beside them; at the end the paper's figures and ours, side by side.")
  private String paper;

  @Option(names = "--probe", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum probe` in addition to those of the effort, in quotes.")
  private String probe;

  @Option(names = "--dopamine", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum dopamine`, in the same way.")
  private String dopamine;

  @Option(names = "--ablate", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum ablate`, in the same way.")
  private String ablate;

  @Option(names = "--search", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum search`, in the same way.")
  private String search;

  @Option(names = "--splits", paramLabel = "N", description = "Splits on which the questions about value are asked again; 0 for the run's own only (default 12, quick 10).")
  private Integer splits;

  /// Those of an effort, without additions.
  public static StudyOptions of(Effort effort) {
    StudyOptions options = CommandLine.populateCommand(new StudyOptions());
    options.effort = effort;
    return options;
  }

  public Effort effort() {
    return effort;
  }

  /// The settings of every study of a registry.
  ///
  /// @param rollouts and hook points, which have their own options
  public StudyPlan plan(StudyRegistry registry, RolloutSettings rollouts, CaptureSettings captured, long seed)
      throws IOException {
    StudyPlan plan = StudyPlan.DEFAULT;
    for (Study<?, ?> study : registry.studies()) {
      plan = seeded(plan, study, seed);
    }
    InterventionOptions interventions = new InterventionOptions();
    plan = plan.with(AblationStep.STUDY,
        plan.settings(AblationStep.STUDY).withSets(AblationSettings.VALUE_AND_DOPAMINE));
    Optional<Paper> written = paper();
    if (written.isPresent()) {
      plan = plan.with(ProbeStep.STUDY, written.get().over(plan.settings(ProbeStep.STUDY)))
          .with(DopamineStep.STUDY, written.get().over(plan.settings(DopamineStep.STUDY)))
          .with(AblationStep.STUDY, written.get().over(plan.settings(AblationStep.STUDY)));
      plan = written.get().readsSurprisesUnderAblation() ? plan.requesting(SurpriseStep.STUDY) : plan;
    }
    plan = plan.with(RolloutStep.STUDY, rollouts).with(CaptureStep.STUDY, captured)
        .with(ProbeStep.STUDY, over(plan.settings(ProbeStep.STUDY), "--probe", new ProbeOptions(), probe))
        .with(DopamineStep.STUDY,
            over(plan.settings(DopamineStep.STUDY), "--dopamine", new DopamineOptions(), dopamine))
        .with(AblationStep.STUDY, over(plan.settings(AblationStep.STUDY), "--ablate", interventions, ablate))
        .with(SearchStep.STUDY, over(plan.settings(SearchStep.STUDY), "--search", new SearchOptions(), search));
    if (splits != null) {
      SplitsSettings asked = plan.settings(SplitsStep.STUDY);
      plan = plan.with(SplitsStep.STUDY, Given.checked(() -> asked.withSplits(splits)));
    }
    return interventions.name().isPresent() ? plan.named(AblationStep.STUDY, interventions.name().get()) : plan;
  }

  /// The paper whose settings are asked for.
  public Optional<Paper> paper() throws IOException {
    return paper == null ? Optional.empty() : Optional.of(Given.checked(() -> Paper.named(paper)));
  }

  private <S extends Record> StudyPlan seeded(StudyPlan plan, Study<S, ?> study, long seed) {
    return plan.with(study, study.about().seeding().with(effort.settings(study), seed));
  }

  private static <S extends Record> S over(S settings, String name, SettingOptions<S> options, String words)
      throws IOException {
    try {
      DecimalCommas.refuse(new CommandLine(options).setOverwrittenOptionsAllowed(true)
          .parseArgs(QuotedWords.of(words).toArray(String[]::new)));
      return Given.checked(() -> options.over(settings));
    } catch (ParameterException refused) {
      throw new UsageException("in " + name + ": " + Mistyped.explained(refused), refused);
    } catch (UsageException refused) {
      throw new UsageException("in " + name + ": " + refused.getMessage(), refused);
    }
  }

  /// Takes the next word, even if it begins with a dash: options of another command look like this one's.
  static final class Words implements IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
      if (words.isEmpty()) {
        throw new ParameterException(command.commandLine(), "give a command's options in quotes, found nothing");
      }
      option.setValue(words.pop());
    }
  }
}
