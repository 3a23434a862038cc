package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.OtherFormatException;
import org.striatum.probe.run.UsageException;

class LearnedGateTest {
  private static final HookPoint HOOK = HookPoint.residPost(1);

  private static HookedModel model;

  @TempDir
  private Path folder;
  private Path file;
  private Gates gates;

  @BeforeAll
  static void open() throws Exception {
    model = Reasoner.open();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @BeforeEach
  void save() throws Exception {
    Gate zeroing = Gate.zeroing(256, List.of(3, 5));
    float[] threshold = zeroing.threshold().clone();
    threshold[9] = -1.25f;
    gates = Gates.of(HOOK, new Gate(zeroing.gain(), threshold, zeroing.sharpness(), zeroing.shift(), false,
        PositionMask.ALL_BUT_FIRST));
    file = folder.resolve("value.safetensors");
    LearnedGate.save(file, gates, model, "mul", AdaptationArm.VALUE, 1, new TreeMap<>(Map.of("steps", "40")));
  }

  @Test
  void aSavedGateComesBackAsItWas() throws Exception {
    LearnedGate loaded = LearnedGate.load(file, model);
    Gate was = gates.at().get(HOOK);
    Gate is = loaded.gates().at().get(HOOK);
    assertThat(is.gain()).isEqualTo(was.gain());
    assertThat(is.threshold()).isEqualTo(was.threshold());
    assertThat(is.sharpness()).isEqualTo(was.sharpness());
    assertThat(is.shift()).isEqualTo(was.shift());
    assertThat(is.positions()).isEqualTo(PositionMask.ALL_BUT_FIRST);
    assertThat(loaded.card().mode()).isEqualTo("mul");
    assertThat(loaded.card().placement().hooks()).containsExactly(HOOK);
  }

  @Test
  void anotherCheckpointRefusesIt() throws Exception {
    Path copy = Files.createDirectory(folder.resolve("other"));
    try (var files = Files.list(Reasoner.FOLDER)) {
      for (Path one : files.toList()) {
        Files.copy(one, copy.resolve(one.getFileName()));
      }
    }
    byte[] weights = Files.readAllBytes(copy.resolve("model.safetensors"));
    weights[weights.length - 1] ^= 1;
    Files.write(copy.resolve("model.safetensors"), weights);
    try (HookedModel other = HookedModel.open(copy, Optional.empty(), 0)) {
      assertThatThrownBy(() -> LearnedGate.load(file, other)).isInstanceOf(UsageException.class)
          .hasMessageContaining("was learned for another checkpoint (tiny-reasoner-step2000)");
    }
  }

  @Test
  void filesOfAnotherFormatAreRefused() throws Exception {
    Path card = folder.resolve("value.json");
    String written = Files.readString(card);
    Files.writeString(card, written.replace("\"format\" : 1,", "\"format\" : 2,"));
    assertThatThrownBy(() -> LearnedGate.load(file, model)).isInstanceOf(OtherFormatException.class)
        .hasMessage(card + " (learned gates): expected format 1, found 2: a later version made this file, read it with"
            + " that one");
    Files.writeString(card, written.replace("\"format\" : 1,", ""));
    assertThatThrownBy(() -> LearnedGate.load(file, model)).isInstanceOf(OtherFormatException.class)
        .hasMessageEndingWith("found none: an earlier version made this file, make it again");
  }

  /// What a card says is checked against the model before any tensor is read.
  @Test
  void aCardThatDoesNotFitTheModelIsRefused() throws Exception {
    Path card = folder.resolve("value.json");
    String written = Files.readString(card);
    Files.writeString(card, written.replace("blocks.1.hook_resid_post", "blocks.99.hook_resid_post"));
    assertThatThrownBy(() -> LearnedGate.load(file, model)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("no hook point blocks.99.hook_resid_post");
    Files.writeString(card, written.replace("blocks.1.hook_resid_post", "blocks.2.hook_resid_post"));
    assertThatThrownBy(() -> LearnedGate.load(file, model)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("has no tensor 'blocks.2.hook_resid_post.gain'");
  }

  @Test
  void damagedFilesAreRefusedByName() throws Exception {
    assertThatThrownBy(() -> LearnedGate.load(folder.resolve("none.safetensors"), model))
        .isInstanceOf(BadDataException.class).hasMessageContaining("no gate at")
        .hasMessageContaining("none.safetensors");
    byte[] tensors = Files.readAllBytes(file);
    tensors[tensors.length - 1] ^= 1;
    Files.write(file, tensors);
    assertThatThrownBy(() -> LearnedGate.load(file, model)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("is not the file that");
    Files.delete(folder.resolve("value.json"));
    assertThatThrownBy(() -> LearnedGate.load(file, model)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("value.json is missing");
  }
}
