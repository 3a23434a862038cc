package org.striatum.studies.fits;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.StepPooling;
import org.striatum.probe.model.HookPoint;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;

/// The probes that a study of a run fitted; each is read when it is needed.
///
/// @param file null for none
public record Fits(Path file) {
  /// No probes.
  public static final Fits NONE = new Fits(null);

  /// The probes of a finished study.
  public static Fits of(RunFolder run, Study<?, ?> study) throws IOException {
    Path file = FitFile.of(run.folder(), study.name());
    run.requireUnchanged(study, file);
    return new Fits(file);
  }

  /// A linear probe.
  ///
  /// @throws UncheckedIOException if the file cannot be read, as for the other kinds
  public Optional<Fit.Linear> linear(String dataset, HookPoint hook, String probe) {
    return find(Fit.Linear.class, dataset, hook, probe);
  }

  /// A value probe, by its target's name.
  public Optional<Fit.Value> value(String dataset, HookPoint hook, String probe) {
    return find(Fit.Value.class, dataset, hook, probe);
  }

  /// A TD-error probe.
  public Optional<Fit.Scorer> scorer(String dataset, HookPoint hook) {
    return Stream.of(StepPooling.values())
        .flatMap(pooling -> find(Fit.Scorer.class, dataset, hook, Fit.Scorer.name(pooling)).stream()).findFirst();
  }

  private <T extends Fit> Optional<T> find(Class<T> type, String dataset, HookPoint hook, String probe) {
    try {
      return file == null
          ? Optional.empty()
          : FitFile.read(file, dataset, hook, probe).filter(type::isInstance).map(type::cast);
    } catch (IOException unread) {
      throw new UncheckedIOException(unread);
    }
  }
}
