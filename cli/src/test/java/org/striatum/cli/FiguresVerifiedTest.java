package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.run.Sha256;

/// `verify` computes figures again: a forger who writes the checksums as well is found out.
@Tag("slow")
class FiguresVerifiedTest {
  @TempDir
  private static Path whole;

  @TempDir
  private Path folder;

  @BeforeAll
  static void study() {
    Session session = Session.of(Stream.concat(Stream.of("study", REASONER, "--output", whole),
        Session.SMALL_STUDY.stream()).toArray());
    assertThat(session.code()).as(session.err()).isZero();
  }

  /// A copy with one file changed, and the manifest that goes with it.
  private Session forged(String file, UnaryOperator<String> change) throws Exception {
    Path run = Session.copy(whole, folder.resolve("run"));
    Path target = run.resolve(file);
    String was = Files.readString(target);
    String is = change.apply(was);
    assertThat(is).isNotEqualTo(was);
    Files.writeString(target, is);
    Path manifest = run.resolve("manifest.json");
    Files.writeString(manifest, Files.readString(manifest).replace(
        Sha256.of(was.getBytes(StandardCharsets.UTF_8)).hex(), Sha256.of(target).hex()));
    Session session = Session.of("verify", run);
    assertThat(session.code()).as(session.out()).isEqualTo(ExitCode.BAD_DATA);
    return session;
  }

  @Test
  void everyFigureThatNeedsNoModelIsComputedAgain() {
    Session session = Session.of("verify", whole);
    assertThat(session.code()).as(session.out()).isZero();
    assertThat(session.out().lines().map(String::strip)).contains(
        "= rollouts.jsonl: 40 of 40 completions graded again, the same rewards",
        "= results/probe.json: computed again, the same",
        "= results/dopamine.json: computed again, the same",
        "= results/splits.json: computed again, the same",
        "= results/confidence.json: computed again, the same", "= results/compare.json: computed again, the same",
        "= results/answers.json: computed again, the same",
        "results/ablate/value@1%+dopamine@1%.json: not recomputed: 'ablate' runs the model");
  }

  @Test
  void aRewardThatNoGraderGives() throws Exception {
    assertThat(forged("rollouts.jsonl", text -> text.replaceFirst("\"reward\" ?: ?1.0", "\"reward\":0.0")).out())
        .containsPattern("≠ rollouts.jsonl: line \\d+ has reward 0.0, graded again 1.0");
  }

  @Test
  void anAurocThatNoProbeHas() throws Exception {
    assertThat(forged("results/probe.json",
        text -> text.replaceFirst("(?s)(\"test\" : \\{\\s*\"value\" : )0\\.\\d+", "$10.99")).out())
        .containsPattern("≠ results/probe.json: layers\\[\\d\\]\\.probes\\[\\d\\]\\.test\\.value is 0.99, "
            + "computed again 0\\.\\d+");
  }

  @Test
  void anAnswerThatDoesNotFollow() throws Exception {
    assertThat(forged("results/answers.json", text -> text.replaceFirst("test problems",
        "sundry problems")).out()).contains("≠ results/answers.json: checkpoint.");
  }

  @Test
  void aShardThatWasTouched() throws Exception {
    Path run = Session.copy(whole, folder.resolve("run"));
    List<Path> shards;
    try (Stream<Path> files = Files.list(run.resolve("activations"))) {
      shards = files.filter(file -> file.toString().endsWith(".safetensors")).toList();
    }
    try (FileChannel shard = FileChannel.open(shards.getFirst(), StandardOpenOption.WRITE)) {
      shard.write(ByteBuffer.wrap(new byte[]{1}), shard.size() - 1);
    }
    Session session = Session.of("verify", run, "--checksums");
    assertThat(session.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(session.out()).contains("≠ activations: ", "expected SHA-256");
  }
}
