package org.striatum.cli;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.PlantedCheckpoint.Code;

class PlantedModelTest {
  @TempDir
  private Path folder;

  @ParameterizedTest
  @EnumSource(Code.class)
  void explore(Code code) throws Exception {
    long started = System.nanoTime();
    PlantedStudy study = PlantedStudy.run(folder, code, System.getProperty("ranking", "td-first-layer-l1"),
        PlantedStudy.FOUND, 1);
    System.out.println(code + ": " + study.row() + " in " + (System.nanoTime() - started) / 1e9);
    System.out.println(study.primary().matching() + " planted " + study.checkpoint().planted());
    study.layer().top().stream().limit(10)
        .forEach(n -> System.out.println("  " + study.checkpoint().planted().contains(n.coordinate()) + " " + n));
    study.layer().pruning().forEach(c -> System.out.println("  " + c.probe() + c.retrained() + c.ranking()
        + c.points().stream().map(p -> p.kept() + ":%.2f".formatted(p.auroc().value())).toList()));
  }
}
