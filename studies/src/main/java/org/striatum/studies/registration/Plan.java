package org.striatum.studies.registration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.run.Manifest.PrimaryFamily;

/// What a study is going to do and what it will be able to show, fixed before its first result: `plan.json`.
///
/// @param told everything the studies will be told
/// @param primary the interventions that are named before the run
/// @param grounds the figures that power and cost stand on, each measured, assumed or a default
/// @param answers power, question by question
/// @param cost of the whole, study by study
/// @param notes what could not be planned, one line each
public record Plan(Told told, PrimaryFamily primary, List<Ground> grounds, List<PlannedAnswer> answers,
    List<PlannedCost> cost, List<String> notes) {
  public Plan {
    grounds = List.copyOf(grounds);
    answers = List.copyOf(answers);
    cost = List.copyOf(cost);
    notes = List.copyOf(notes);
  }

  /// The checkpoint, the data and the settings.
  ///
  /// @param checkpoint its name
  /// @param files of the checkpoint, by checksum
  /// @param asked where the problems come from
  /// @param data of each problem set
  /// @param settings study → everything it is told
  /// @param instances study → the name of its results
  /// @param seed of the whole
  public record Told(String checkpoint, SortedMap<String, Sha256> files, AskedProblems asked,
      SortedMap<String, PlannedData> data, SortedMap<String, JsonNode> settings, SortedMap<String, String> instances,
      long seed) {
    public Told {
      files = sorted(files);
      data = sorted(data);
      settings = sorted(settings);
      instances = sorted(instances);
    }

    private static <V> SortedMap<String, V> sorted(SortedMap<String, V> map) {
      return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }
  }

  /// Where problems come from, as the user said it. Null where nothing was said.
  ///
  /// @param sets names of generated sets, separated by commas
  /// @param files that problems are read from
  /// @param columns which column holds what
  /// @param grader how answers are compared
  /// @param template the text around a question
  /// @param examples file of worked examples
  public record AskedProblems(String sets, List<String> files, String columns, String grader, String template,
      String examples) {
    public AskedProblems {
      files = List.copyOf(files);
    }
  }

  /// The problems of one set.
  ///
  /// @param file that they are read from; null for generated ones
  /// @param sha256 of the file; null likewise
  /// @param problems that the set gives
  /// @param drawn checksum of those problems, with their solutions and answers
  public record PlannedData(String file, Sha256 sha256, int problems, Sha256 drawn) {}

  /// One figure that the plan stands on.
  ///
  /// @param dataset that it is about
  /// @param figure what it is
  /// @param from where it comes from, in words: measured on what, assumed, or a default
  public record Ground(String dataset, String figure, double value, Source source, String from) {}

  /// Power of one question on one data set.
  ///
  /// @param effect that the answer is to be *yes* for
  /// @param power of the planned settings, in [0, 1]; NaN where it could not be planned
  /// @param needs what 80 % takes
  /// @param because in words, with the figures; what stood in the way where it could not be planned
  public record PlannedAnswer(String dataset, PlannedEffect effect, double size, Means means, double power,
      Needs needs, String because) {
    /// One line for a reader.
    public String printed() {
      return "%s, %s = %s: %s".formatted(effect.question().text(), effect.unit(), PlanText.figure(size),
          means == Means.NOT_PLANNED
              ? "not planned: " + because
              : "power %s; 80 %% needs %s (%s; %s)".formatted(PlanText.percent(power), needs.printed(), because,
                  means.printed()));
    }
  }

  /// What 80 % power takes; null where it does not depend on it, or is not reached.
  ///
  /// @param problems of the data set in all, those that are fitted on among them: what `--limit` counts
  /// @param samples rollouts of a problem, or continuations of a state, that this is true for: the planned K
  /// @param attempts test problems that the model tries again, where the settings allow fewer
  /// @param controls matched sets
  /// @param splits of the problems
  /// @param otherwise in words, where a figure is not reached or is of another kind; null if all are
  public record Needs(Integer problems, Integer samples, Integer attempts, Integer controls, Integer splits,
      String otherwise) {
    /// Nothing is known.
    public static final Needs UNKNOWN = new Needs(null, null, null, null, null, null);

    String printed() {
      return PlanText.listed(problems == null ? null : PlanText.count(problems, "problem") + " in all",
          samples == null ? null : "K = " + samples, attempts == null ? null : attempts + " test problems attempted",
          controls == null ? null : controls + " controls",
          otherwise, splits == null ? null : PlanText.count(splits, "split"));
    }
  }

  /// What one study takes.
  ///
  /// @param tokens generated
  /// @param seconds NaN where the rate is not known
  /// @param bytes on disk; NaN where the size of a state is not known
  public record PlannedCost(String study, long tokens, double seconds, double bytes) {}
}
