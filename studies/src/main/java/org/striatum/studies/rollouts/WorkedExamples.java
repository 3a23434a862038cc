package org.striatum.studies.rollouts;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSource;
import org.striatum.datasets.prompt.PromptFormat.Shots;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.studies.rollouts.PromptSettings.ShotSettings;

/// The worked examples of each problem set. None of them is among the problems that are asked, however its file writes the
/// question: layout, white space, case, punctuation at its ends and the choices under it do not count; nor does one of them hold
/// such a question or stand in one. All are written in the layout of the questions.
///
/// @param files dataset → where its examples are from; a generated set without one draws its own
public record WorkedExamples(Map<String, ProblemSet> files) {
  public static final WorkedExamples NONE = new WorkedExamples(Map.of());
  /// Characters of a question from which on it is not in another one by chance.
  private static final int TELLING = 20;

  public WorkedExamples {
    files = Map.copyOf(files);
  }

  /// The examples of one set, in the order in which they are written.
  ///
  /// @param asked the problems of the run
  /// @throws UsageException if there are too few, or the file is that of the problems themselves
  List<Problem> of(ProblemSet set, List<Problem> asked, ShotSettings settings, long seed) {
    if (settings.count() == 0) {
      return List.of();
    }
    ProblemSet from = files.get(set.name());
    if (from == null) {
      if (set.origin().isPresent()) {
        throw new UsageException(
            "no worked examples for " + set.name() + ": there is no train split beside its file, name a file of shots");
      }
      Set<String> ids = asked.stream().map(Problem::id).collect(Collectors.toSet());
      return set.drawDistinct(settings.count(), new RandomStreams(seed).of("shots").nextLong(), ids);
    }
    if (sha256(from).equals(sha256(set))) {
      throw new UsageException("the worked examples of " + set.name()
          + " would be from the file whose problems are asked: that leaks answers, use another split");
    }
    Set<String> wholes = new HashSet<>();
    Set<String> stems = new HashSet<>();
    for (Problem problem : asked) {
      String question = question(set, problem);
      wholes.add(plain(question));
      stems.add(plain(stem(question)));
    }
    List<Problem> others = new ArrayList<>();
    for (Problem example : from.draw(Integer.MAX_VALUE, seed)) {
      String question = question(from, example);
      if (!wholes.contains(plain(question)) && !stems.contains(plain(question))
          && !wholes.contains(plain(stem(question)))) {
        others.add(example);
      }
    }
    if (settings.seed() != null) {
      Collections.shuffle(others, new RandomStreams(settings.seed()).of(set.name()));
    }
    List<Problem> apart = others.stream().filter(example -> !overlaps(plain(question(from, example)), wholes))
        .limit(settings.count()).map(example -> new Problem(example.id(), example.dataset(),
            set.origin().map(source -> source.prompt(question(from, example))).orElse(question(from, example)),
            example.solution(), example.answer()))
        .toList();
    if (apart.size() < settings.count()) {
      throw new UsageException(
          "%d worked examples of %s are needed, found %d that are no problems of the run".formatted(
              settings.count(), set.name(), apart.size()));
    }
    return apart;
  }

  /// Whether a question holds another as a whole, or is in one.
  private static boolean overlaps(String question, Set<String> asked) {
    return asked.stream().anyMatch(other -> (other.length() >= TELLING && question.contains(other))
        || (question.length() >= TELLING && other.contains(question)));
  }

  /// The question, without the text that its layout puts around it.
  private static String question(ProblemSet set, Problem problem) {
    return set.origin().map(source -> source.question(problem.prompt())).orElse(problem.prompt());
  }

  /// A question without its lettered choices: one of two files may have none.
  private static String stem(String question) {
    int choices = question.indexOf("\nA. ");
    return choices > 0 && question.indexOf("\nB. ", choices) > 0 ? question.substring(0, choices) : question;
  }

  /// A question without white space, quotes and emphasis, in lower case, without a label before it and punctuation at its ends.
  private static String plain(String question) {
    String words = Normalizer.normalize(question, Normalizer.Form.NFKC)
        .replaceAll("[\"'`“”‘’\\s\\p{Z}]+|\\*\\*|__", "").toLowerCase(Locale.ROOT);
    return words.replaceFirst("^#{0,4}(?:q|question|problem|exercise)\\d{0,4}[:.)]", "")
        .replaceFirst("^[.,;:?!=¿¡…]+", "").replaceFirst("[.,;:?!=…]+$", "");
  }

  /// Which file the examples of a set are from; empty where it draws its own, or has none.
  Optional<String> file(ProblemSet set) {
    return Optional.ofNullable(files.get(set.name())).flatMap(ProblemSet::origin).map(ProblemSource::file);
  }

  private static Optional<Sha256> sha256(ProblemSet set) {
    return set.origin().map(source -> source.sha256());
  }

  /// What the run keeps of them.
  Shots shots(List<ProblemSet> sets, ShotSettings settings) {
    TreeMap<String, Sha256> from = new TreeMap<>();
    if (settings.count() > 0) {
      sets.forEach(set -> Optional.ofNullable(files.get(set.name())).flatMap(WorkedExamples::sha256)
          .ifPresent(file -> from.put(set.name(), file)));
    }
    return new Shots(settings.count(), settings.seed(), from);
  }
}
