package org.striatum.studies.run;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.hooks.parity.ParityCheck;
import org.striatum.hooks.parity.ParityGate;
import org.striatum.hooks.parity.ParityLedger;
import org.striatum.hooks.parity.ParityReport;
import org.striatum.hooks.parity.ParityTolerance;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UserCache;
import org.striatum.studies.run.Manifest.Environment;

/// What a checkpoint passes when it is opened for the first time: the parity gate. Passing is remembered in the user's
/// cache.
///
/// @param note told where it takes a while
/// @param ledger what passed before
public record FirstOpen(Consumer<String> note, ParityLedger ledger) {
  /// Weights beyond this are worth a word before they are hashed and run.
  private static final long LARGE = 256 << 20;

  public FirstOpen(Consumer<String> note) {
    this(note, new ParityLedger(UserCache.folder()));
  }

  /// Opens a model of its own, so that what the gate needs is given back after it.
  public interface Opener {
    HookedModel open() throws CheckpointException;
  }

  /// Refuses a model that fails, unless it is known to pass.
  ///
  /// @param again opens the same model once more
  public void require(HookedModel model, int threads, Opener again) throws CheckpointException {
    Sha256 key = key(model, threads);
    if (ledger.passed(key).isPresent()) {
      return;
    }
    if (model.facts().weightBytes() > LARGE) {
      note.accept(model.facts().name() + ": first open, running the parity gate");
    }
    ParityReport report = examined(key, again);
    report.require(model.facts().name());
    for (ParityCheck check : report.notChecked()) {
      note.accept(model.facts().name() + ": parity gate: " + check);
    }
  }

  /// Runs the gate whatever is remembered.
  public ParityReport afresh(HookedModel model, int threads, Opener again) throws CheckpointException {
    return examined(key(model, threads), again);
  }

  private ParityReport examined(Sha256 key, Opener again) throws CheckpointException {
    try (HookedModel model = again.open()) {
      ParityReport report = gate(model).examine(model.model(), model.endOfSequence(), model.facts().longest());
      if (report.passed()) {
        ledger.remember(key, report);
      }
      return report;
    } catch (IllegalStateException failed) {
      throw new CheckpointException(failed.getMessage(), failed);
    }
  }

  private static ParityGate gate(HookedModel model) {
    return new ParityGate(model.facts().quantised() ? ParityTolerance.QUANTISED : ParityTolerance.FLOAT);
  }

  private Sha256 key(HookedModel model, int threads) throws CheckpointException {
    try {
      long unknown = model.unknownBytes();
      if (unknown > LARGE) {
        note.accept("%s: computing checksums of %.1f GB of new or changed files".formatted(model.facts().name(),
            unknown / 1e9));
      }
      return ParityLedger.key(model.checksums(),
          List.of(Version.NAME, OnnxModel.runtimeVersion(), System.getProperty("os.arch"),
              Environment.here(Version.NAME, Map.of(), 1).cpu(), model.memory().toString(), "threads " + threads,
              model.endOfSequence().toString(), gate(model).toString(),
              Sha256.of(model.generatedGraph()).hex()));
    } catch (IOException unreadable) {
      throw unreadable instanceof CheckpointException refused
          ? refused
          : new CheckpointException("cannot read the files of " + model.facts().folder() + ": "
              + unreadable.getMessage(), unreadable);
    }
  }
}
