package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.peft.network.Mlp;

/// `mnist` on a few small images in MNIST's format; the table on MNIST itself is slow.
@Order(3)
class MnistCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SIDE = 8;

  @TempDir
  private static Path temporary;
  private static Path images;
  private static Path run;
  private static Session first;

  @BeforeAll
  static void runTheCommand() throws IOException {
    images = Files.createDirectories(temporary.resolve("bars"));
    write("train", 280);
    write("t10k", 40);
    run = temporary.resolve("run");
    first = mnist(run);
  }

  private static Session mnist(Path folder, Object... more) {
    Object[] arguments = {"mnist", "--mnist", images, "--seeds", 2, "-o", folder};
    Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Session.of(all);
  }

  /// Bars at ten places, under noise.
  private static void write(String share, int n) throws IOException {
    SplittableRandom random = new SplittableRandom(n);
    ByteBuffer pixels = ByteBuffer.allocate(16 + n * SIDE * SIDE).putInt(0x803).putInt(n).putInt(SIDE).putInt(SIDE);
    ByteBuffer labels = ByteBuffer.allocate(8 + n).putInt(0x801).putInt(n);
    for (int i = 0; i < n; i++) {
      int label = i % 10;
      labels.put((byte) label);
      for (int k = 0; k < SIDE * SIDE; k++) {
        boolean ink = label < 5 ? k / SIDE == label + 1 : k % SIDE == label - 4;
        pixels.put((byte) ((ink ? 180 : 0) + random.nextInt(60)));
      }
    }
    Files.write(images.resolve(share + "-images-idx3-ubyte"), pixels.array());
    Files.write(images.resolve(share + "-labels-idx1-ubyte"), labels.array());
  }

  @Test
  void printsTheTableAndKeepsItsAdapters() throws IOException {
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out()).contains("bars, specialised on 45°, preset calibrated, 2 seeds from 1")
        .containsPattern("taugate +512  0\\.\\d{3} ± 0\\.\\d{3}").contains("Only full fine-tuning loses at 0°: ")
        .as("other images than the paper's").doesNotContain("of the paper's");
    assertThat(run.resolve("report.html")).content().contains("no cells of the paper to compare with");
    assertThat(Session.files(run)).contains("manifest.json", "results/mnist/table.json", "adapters/base.safetensors",
        "adapters/taugate/adapter.json", "adapters/taugate/adapter.safetensors", "adapters/full/adapter.safetensors");
    Mlp base = Mlp.load(run.resolve("adapters/base.safetensors"));
    TrainedAdapter gate = TrainedAdapter.load(run.resolve("adapters/taugate"), base);
    try (AdaptedNetwork network = AdaptedNetwork.of(base, gate)) {
      assertThat(network.logits(new float[SIDE * SIDE])).doesNotContain(Float.NaN);
    }
    assertThat(gate.provenance().data()).contains("bars at 45°");
  }

  @Test
  void aSecondRunKeepsWhatIsFinished() throws IOException {
    byte[] results = Files.readAllBytes(run.resolve("results/mnist/table.json"));
    Session again = mnist(run);
    assertThat(again.code()).isZero();
    assertThat(again.err()).contains("mnist/table: finished before, kept");
    assertThat(again.out()).isEqualTo(first.out());
    Session elsewhere = mnist(temporary.resolve("elsewhere"));
    assertThat(elsewhere.out().replace("elsewhere", run.getFileName().toString())).isEqualTo(first.out());
    assertThat(temporary.resolve("elsewhere/results/mnist/table.json")).hasBinaryContent(results);
    assertThat(temporary.resolve("elsewhere/manifest.json")).hasSameBinaryContentAs(run.resolve("manifest.json"));
  }

  @Test
  void printsJson() throws IOException {
    Session session = mnist(temporary.resolve("json"), "--parts", "table,switching,cost", "--json");
    assertThat(session.code()).as(session.err()).isZero();
    JsonNode results = JSON.readTree(session.out());
    assertThat(results.path("methods").findValuesAsText("name")).containsExactly("frozen", "bitfit", "taugate",
        "lora-r8", "full");
    for (JsonNode method : results.path("methods")) {
      for (String accuracy : new String[]{"accuracy0", "accuracy45"}) {
        assertThat(method.path(accuracy).path("mean").asDouble(-1)).isBetween(0.0, 1.0);
        assertThat(method.path(accuracy).path("sd").isNumber()).isTrue();
        assertThat(method.path(accuracy).path("ci")).hasSize(2);
      }
      assertThat(method.path("trainable").isInt()).isTrue();
    }
    assertThat(results.path("switching").path("restored").asBoolean()).isTrue();
    assertThat(results.path("cost").path("macs").asInt()).isEqualTo(64 * 128 + 128 * 128 + 128 * 10);
    assertThat(results.path("tuned").isNull()).isTrue();
  }

  @Test
  void refusesInOneLine() throws IOException {
    refuses(2, "a part must be all or one of", "--parts", "chair");
    refuses(2, "seeds must be 2 to 1000", "--seeds", 1);
    refuses(2, "λ must be ≥ 0 and finite, found -1.0", "--lambda", -1);
    refuses(2, "sharpness s must be > 0 and finite, found 0.0", "--sharpness", 0);
    refuses(2, "a preset must be calibrated or adam, found 'best'", "--preset", "best");
    assertThat(temporary.resolve("refused")).doesNotExist();
    Path damaged = Session.copy(images, temporary.resolve("damaged"));
    Files.write(damaged.resolve("t10k-labels-idx1-ubyte"), new byte[]{0, 0, 8, 1, 0, 0, 0, 9});
    refuses(4, "t10k-labels-idx1-ubyte: its sizes [9] mean 9 bytes, more than the file can hold",
        "--mnist", damaged);
    refuses(4, "has no train-images-idx3-ubyte", "--mnist", temporary.resolve("nowhere"));
    assertThat(temporary.resolve("refused")).doesNotExist();
  }

  private static void refuses(int code, String part, Object... options) {
    Object[] arguments = {"mnist", "-o", temporary.resolve("refused")};
    Object[] all = Arrays.copyOf(arguments, arguments.length + options.length);
    System.arraycopy(options, 0, all, arguments.length, options.length);
    Session session = Session.of(all);
    assertThat(session.code()).as(session.err()).isEqualTo(code);
    assertThat(session.errorLines()).hasSize(1).first().asString().startsWith("striatum: ").contains(part);
  }

  @Test
  void aRunFolderOfOtherImagesIsRefused() throws IOException {
    Path others = Session.copy(images, temporary.resolve("others"));
    byte[] labels = Files.readAllBytes(others.resolve("t10k-labels-idx1-ubyte"));
    labels[8] = 9;
    Files.write(others.resolve("t10k-labels-idx1-ubyte"), labels);
    Session session = Session.of("mnist", "--mnist", others, "--seeds", 2, "-o", run);
    assertThat(session.code()).isEqualTo(2);
    assertThat(session.errorLines()).hasSize(1).first().asString().contains("holds a run with other inputs");
  }

  @Test
  @Tag("slow")
  void everyPartRuns() {
    Session session = mnist(temporary.resolve("all"), "--parts", "all");
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("Each method at its learning rate", "Soft and hard gates",
        "Gain at 45° on better foundation networks", "Modes that the foundation network lacks",
        "Two gates on one network", "Multiply-accumulates per image").doesNotContain("NaN");
  }

  /// The parts that train each method once: the others differ by nothing but how often they train.
  @Test
  @Tag("slow")
  void theOtherPresetRuns() {
    Session session = mnist(temporary.resolve("adam"), "--parts", "table,hardening,switching,cost", "--preset", "adam");
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("Soft and hard gates", "Two gates on one network",
        "Multiply-accumulates per image").doesNotContain("NaN");
  }

  /// The paper's table, every cell within its tolerance (arXiv 2602.11726, table 1): about a minute.
  @Test
  @Tag("slow")
  void thePapersTableIsReproduced() throws IOException {
    Session session = Session.of("mnist", "-o", temporary.resolve("mnist"), "--json");
    assertThat(session.code()).as(session.err()).isZero();
    JsonNode table = JSON.readTree(session.out()).path("table");
    assertThat(table.path("cells")).hasSize(10)
        .allSatisfy(cell -> assertThat(cell.path("holds").asBoolean()).as(cell.toString()).isTrue());
    assertThat(table.path("claims")).hasSize(6);
    assertThat(table.path("claims")).filteredOn(claim -> !claim.path("text").asText().contains("alike"))
        .allSatisfy(claim -> assertThat(claim.path("verdict").asText()).as(claim.toString()).isEqualTo("yes"));
    assertThat(table.path("claims")).filteredOn(claim -> claim.path("text").asText().contains("alike"))
        .singleElement().satisfies(claim -> assertThat(claim.path("verdict").asText()).as("BitFit is ahead")
            .isNotEqualTo("yes"));
    assertThat(table.path("uncalibrated").path("cells")).hasSize(10);
    assertThat(JSON.readTree(session.out()).path("methods").findValues("trainable")).extracting(JsonNode::asInt)
        .containsExactly(0, 266, 512, 10_448, 118_282);
  }
}
