package org.striatum.reports.mnist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.striatum.peft.mnist.MethodResult;
import org.striatum.peft.mnist.ModeSettings.Preset;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.peft.mnist.OverSeeds;
import org.striatum.peft.mnist.SpecializationTable.Cell;
import org.striatum.peft.mnist.SpecializationTable.Claim;
import org.striatum.peft.mnist.SpecializationTable.Uncalibrated;
import org.striatum.probe.run.AtomicFile;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Frame;
import org.striatum.reports.page.KeyFigure;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.Templates;
import org.striatum.reports.page.VisibleText;

/// Mode specialisation on MNIST as one self-contained HTML file, as a run's report.
public final class MnistReport {
  private MnistReport() {}

  /// The page as text.
  ///
  /// @param results without the parts that were not run
  /// @param manifest the run's manifest, JSON, shown unchanged
  public static String render(ModeSpecialization results, String manifest) {
    return Templates.render("mnist/mnist.jte",
        Page.of(VisibleText.names(results, ModeSpecialization.class), manifest));
  }

  /// Writes the page, atomically.
  ///
  /// @throws IOException naming the file, if it cannot be written
  public static void write(ModeSpecialization results, String manifest, Path file) throws IOException {
    AtomicFile.write(file, render(results, manifest).getBytes(StandardCharsets.UTF_8));
  }

  /// The computed content of the template.
  ///
  /// @param verdict the answer in two sentences; null if the table was not run
  record Page(ModeSpecialization results, String manifest, Verdict verdict, MnistFigures figures) {
    private static final SequencedMap<String, String> SECTIONS = Channel.titles("verdict", "Question and verdict",
        "table", "The paper's table", "gates", "Digits and gates", "budget", "At equal budget", "hardening",
        "Hard gates", "foundations", "Foundations", "absent", "Absent modes", "switching", "Switching", "cost", "Cost",
        "limits", "Limits", "cite", "For a paper", "manifest", "Manifest");

    static Page of(ModeSpecialization results, String manifest) {
      Objects.requireNonNull(manifest, "a report needs its run's manifest");
      return new Page(results, manifest, results.table() == null ? null : Verdict.of(results),
          new MnistFigures(results));
    }

    Frame frame() {
      return new Frame("Striatum report", "Mode specialisation on " + results.images(), SECTIONS, figures.all());
    }
  }

  /// The answer, computed from the table.
  ///
  /// @param reproduced how the table compares with the paper's
  /// @param worth what the gate gains
  record Verdict(String reproduced, String worth, List<KeyFigure> keys) {
    static Verdict of(ModeSpecialization results) {
      List<KeyFigure> keys = new ArrayList<>();
      for (MethodResult method : results.methods()) {
        if (method.trainable() > 0) {
          keys.add(new KeyFigure(method.name() + " at 45°", points(method.gain45()),
              Notation.count(method.trainable(), "value") + "; at 0° " + points(method.forgetting())));
        }
      }
      MethodResult gate = method(results, "taugate");
      MethodResult full = method(results, "full");
      Uncalibrated other = results.table().uncalibrated();
      return new Verdict(
          compared(results, results.table().cells(), results.table().claims(), results.settings())
              + (results.settings().preset() == Preset.CALIBRATED
                  ? " This preset was found by search to give the paper's table."
                  : "")
              + (other == null
                  ? ""
                  : " With settings that were not: "
                      + compared(results, other.cells(), other.claims(), other.settings())),
          "Gating adds %s at 45° with %s and changes 0° by %s; full fine-tuning adds %s with %s and changes 0° by %s."
              .formatted(points(gate.gain45()), Notation.count(gate.trainable(), "value"), points(gate.forgetting()),
                  points(full.gain45()), Notation.count(full.trainable()), points(full.forgetting())),
          keys);
    }

    private static String compared(ModeSpecialization results, List<Cell> cells, List<Claim> claims,
        ModeSettings settings) {
      return (cells.isEmpty()
          ? "On %s there are no cells of the paper to compare with".formatted(results.images())
          : "%d of %d cells lie within %s of the paper's".formatted(cells.stream().filter(Cell::holds).count(),
              cells.size(), Notation.plain(cells.getFirst().tolerance())))
          + "; %d of %d claims about the table hold over %s (%s preset).".formatted(
              claims.stream().filter(claim -> claim.verdict() == org.striatum.probe.stats.Verdict.YES).count(),
              claims.size(), Notation.count(settings.seeds().count(), "seed"), settings.preset().printed());
    }

    private static MethodResult method(ModeSpecialization results, String name) {
      return results.methods().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }

    private static String points(OverSeeds change) {
      return Notation.effect(change.mean(), "accuracy");
    }
  }
}
