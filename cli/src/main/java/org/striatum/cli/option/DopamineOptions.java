package org.striatum.cli.option;

import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.probe.dopamine.StepPooling;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.paper.Paper;
import picocli.CommandLine.Option;

/// Options of the search for dopamine neurons.
public final class DopamineOptions implements SettingOptions<DopamineStepSettings> {
  @Option(names = "--paper", paramLabel = "v1|v2", description = "As written in arXiv 2602.00986: v2: V̂ from continuations, z-scored over whole responses, ranked by the probe's first layer after 100 passes; v1: V̂ from the value probe, ranked by contrast between surprises; the other options change that.")
  private String paper;

  @Option(names = "-k", paramLabel = "K", description = "Continuations drawn before each step (default 16).")
  private Integer draws;

  @Option(names = "--rollouts", paramLabel = "N", description = "Maximum number of rollouts per dataset, from as many problems as possible (default 400).")
  private Integer rollouts;

  @Option(names = "--step", paramLabel = "newline|paragraph|think-end|REGEX", description = "What ends a step (default newline).")
  private String step;

  @Option(names = "--pooling", paramLabel = "mean|last|max", description = "How the activations of a step's tokens become one: their mean, as in the papers (default), the last token's, or the z-score largest in magnitude.")
  private String pooling;

  @Option(names = "--values", paramLabel = "continuations|probe", description = "Source of V̂: continuations (default), or the value probe, without continuations.")
  private String values;

  @Option(names = "--threshold", paramLabel = "DELTA", description = "The probe is fitted to steps with |δ| above this value (default 0.3).")
  private Double threshold;

  @Option(names = "--ranking", paramLabel = "NAME", description = "td-error-first-layer-l1 (default), td-error-whole-response-l1 (the paper's second version), surprise-contrast (its first) or delta-correlation.")
  private String ranking;

  @Option(names = "--tested", paramLabel = "N", description = "Number of best coordinates of each of the two rankings that get the signature test (default 20).")
  private Integer tested;

  @Option(names = "--permutations", paramLabel = "N", description = "Reassignments of δ for part 5 of the signature test (default 999).")
  private Integer permutations;

  @Option(names = "--planted", paramLabel = "N", description = "Coordinates of each kind planted into the data of each task, to see what would be found (default 40; quick 24). With 0 no answer is 'no'.")
  private Integer planted;

  @Option(names = "--effect", paramLabel = "R", description = "Correlation with δ, in (0, 1), at which four of five planted neurons must be found before their absence is an answer (default 0.35).")
  private Double effect;

  @Option(names = "--retrainings", paramLabel = "N", description = "Probes refitted to reassigned δ, for the null distribution of the probe (default 99).")
  private Integer retrainings;

  @Override
  public DopamineStepSettings over(DopamineStepSettings settings) {
    DopamineStepSettings base = paper == null ? settings : Paper.named(paper).over(settings);
    DopamineStepSettings changed = base.withStudy(this::study)
        .withContinuations(drawn -> drawn.withRollouts(Given.or(rollouts, drawn.rollouts()))
            .withDraws(Given.or(draws, drawn.draws())).withStep(Given.or(step, drawn.step())));
    return values == null ? changed : changed.withValues(DopamineStep.Values.named(values));
  }

  private DopamineSettings study(DopamineSettings base) {
    return (ranking == null ? base : base.withRanking(DopamineRanking.named(ranking)))
        .withErrors(errors -> errors.withThreshold(Given.or(threshold, errors.threshold()))
            .withPooling(pooling == null ? errors.pooling() : StepPooling.named(pooling)))
        .withTests(tests -> tests.withTested(Given.or(tested, tests.tested()))
            .withPermutations(Given.or(permutations, tests.permutations()))
            .withRetrainings(Given.or(retrainings, tests.retrainings())).withPower(this::power));
  }

  private DopamineSettings.Power power(DopamineSettings.Power base) {
    DopamineSettings.Power planting = base.withPlanted(Given.or(planted, base.planted()));
    return effect == null ? planting : planting.withEffect(effect);
  }
}
