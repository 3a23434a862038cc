package org.striatum.hooks.torchfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.torchfile.WrittenZip.Said;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorInfo;

/// Files of torch.save: what torch wrote is read where it lies; what torch never writes is refused in one line.
class TorchFileTest {
  private static final Path WRITTEN = Path.of("src/test/resources/torchfile"); // make.py
  private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n";

  @TempDir
  private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"kinds.bin", "protocol4.bin"})
  void everyKindOfTensorIsReadWhereItLies(String name) throws Exception {
    try (TorchFile file = TorchFile.open(WRITTEN.resolve(name))) {
      assertThat(file.tensors()).hasSize(14);
      float[] whole = new float[24];
      for (int i = 0; i < 24; i++) {
        whole[i] = i;
      }
      for (String same : List.of("f32", "tied", "f16", "bf16")) {
        assertThat(file.floats(same)).as(same).isEqualTo(whole);
        assertThat(file.tensor(same).shape()).containsExactly(4L, 6L);
      }
      assertThat(file.tensor("tied").offset()).as("one storage").isEqualTo(file.tensor("f32").offset());
      assertThat(file.floats("rows")).as("a view").isEqualTo(Arrays.copyOfRange(whole, 6, 18));
      assertThat(file.floats("f64")[1]).isEqualTo((float) (1 / 3.0));
      assertThat(file.floats("parameter")[23]).isEqualTo(24);
      assertThat(file.floats("scalar")).containsExactly(2.5f);
      assertThat(file.tensor("scalar").shape()).isEmpty();
      assertThat(file.tensor("empty").shape()).containsExactly(0L, 3L);
      assertThat(file.tensor("one").shape()).as("strides of a lone row mean nothing").containsExactly(1L, 1L);
      Map<String, DType> types = Map.of("i64", DType.I64, "i32", DType.I32, "u8", DType.U8, "bool", DType.BOOL);
      types.forEach((tensor, type) -> assertThat(file.tensor(tensor).dtype()).isEqualTo(type));
      assertThat(file.tensor("f32").offset() % 64).as("torch aligns storages").isZero();
    }
  }

  /// A file that calls a function is refused by the function's name, and the function is not called.
  @ParameterizedTest
  @CsvSource({"system.bin, posix.system", "module.bin, torch.nn.modules.linear.Linear",
      "complex.bin, torch.ComplexFloatStorage", "sparse.bin, torch._utils._rebuild_sparse_tensor"})
  void anythingElseThanTensorsIsRefusedByItsName(String file, String name) {
    assertRefused(WRITTEN.resolve(file)).hasMessageContaining("'" + name + "'");
    assertThat(Path.of("run-by-a-pickle")).doesNotExist();
  }

  @Test
  void theLibrarysOwnClassesAreRefusedToo() throws Exception {
    for (String name : List.of("os\nsystem", "builtins\neval", "decimal\nDecimal", "datetime\ndatetime",
        "operator\nattrgetter", "copy_reg\n_reconstructor", "builtins\nbytearray", "torch\nload", "os\nFloatStorage")) {
      Path file = archive(text("\u0080\u0002c" + name + "\n)R."));
      assertRefused(file).hasMessageContaining("'" + name.replace('\n', '.') + "'");
    }
  }

  @ParameterizedTest
  @CsvSource({"legacy.bin, weights_only=True", "transposed.bin, contiguous()", "checkpoint.bin, 'step'",
      "nested.bin, 'w'"})
  void whatCannotBeReadWhereItLiesIsRefusedWithWhatHelps(String file, String remedy) {
    assertRefused(WRITTEN.resolve(file)).hasMessageContaining(remedy);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"6 | 0 | 2,3 | 3,1 | -", "6 | 0 | 2,4 | 4,1 | beyond its storage",
      "6 | 1 | 2,3 | 3,1 | beyond its storage", "6 | -1 | 2 | 1 | beyond its storage",
      "6 | 0 | 2,3 | 1,2 | does not lie row by row", "6 | 0 | 2,3 | 0,0 | does not lie row by row",
      "7 | 0 | 2,3 | 3,1 | 7 elements", "-1 | 0 | 2,3 | 3,1 | -1 elements", "6 | 0 | -2,3 | 3,1 | dimensions",
      "6 | 0 | 2000000000,2000000000,2000000000 | 1,1,1 | smaller than 2^63", "6 | 0 | 2,3 | 1 | as many strides",
      "6 | 2147483647 | 2 | 1 | beyond its storage"})
  void viewsLieInsideTheirStorage(int elements, int offset, String shape, String strides, String message)
      throws Exception {
    Path file = archive(stateDict("FloatStorage", elements, offset, shape, strides));
    if (message.equals("-")) {
      TorchFile.open(file).close();
    } else {
      assertRefused(file).hasMessageContaining(message);
    }
  }

  @Test
  void aTextLongerThanThePickleIsRefusedBeforeItIsRead() throws Exception {
    assertRefused(archive(text("\u0080\u0002}X\u00ff\u00ff\u00ff\u007fa."))).hasMessageContaining("2147483647 bytes");
    assertRefused(archive(text("\u0080\u0002}X\u00ff\u00ff\u00ff\u00ffa."))).hasMessageContaining("4294967295 bytes");
  }

  /// Hashing a list of lists of lists takes for ever; a key that is no name is not hashed.
  @Test
  void keysAreNames() throws Exception {
    assertRefused(archive(text("\u0080\u0002}K\u0001K\u0002s."))).hasMessageContaining("no names");
    assertRefused(archive(text("\u0080\u0002})K\u0002s."))).hasMessageContaining("no names");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0080\u0002}]s.", "\u0080\u0002(cos\nsystem\no.", "\u0080\u0002(ios\nsystem\n.",
      "\u0080\u0002C\u0003abc.", "\u0080\u0002\u0085.", "\u0080\u0002N", "\u0080\u0002h\u0001.", "."})
  void otherInstructionsAndBrokenPicklesAreRefused(String pickle) throws Exception {
    assertRefused(archive(text(pickle)));
  }

  @Test
  void archivesThatLieAreRefused() throws Exception {
    byte[] pickle = stateDict("FloatStorage", 6, 0, "2,3", "3,1");
    byte[] storage = new byte[24];
    String data = "a/data/0";
    Said truth = Said.truly(data, storage);
    for (Map.Entry<Said, String> lie : Map.of(truth.withMethod(8), "compressed", truth.withDirectorySize(25), "sizes",
        truth.withDirectorySize(1 << 30), "beyond", truth.withHeaderName("a/data/1"), "another one",
        truth.withOffset(3), "no header", truth.withOffset(1 << 29), "outside").entrySet()) {
      Path file = new WrittenZip().add("a/data.pkl", pickle).add(data, storage, lie.getKey())
          .write(folder.resolve("lie.bin"), -1);
      assertRefused(file);
    }
    assertRefused(new WrittenZip().add("a/data.pkl", pickle).add(data, storage, truth.withMethod(8))
        .write(folder.resolve("packed.bin"), -1)).hasMessageContaining("compressed")
        .hasMessageContaining("weights_only=True");
    assertRefused(new WrittenZip().add("a/data.pkl", pickle).add(data, storage).add(data, storage)
        .write(folder.resolve("twice.bin"), -1)).hasMessageContaining("twice");
    assertRefused(new WrittenZip().add("a/data.pkl", pickle).add(data, storage)
        .add("a/data/1", storage, Said.truly(data, storage).withOffset(0)).write(folder.resolve("shared.bin"), -1));
    assertRefused(new WrittenZip().add("a/data.pkl", pickle).add(data, storage)
        .write(folder.resolve("many.bin"), 0xFFFF)).hasMessageContaining("entries");
    assertRefused(new WrittenZip().add("a/data.pkl", pickle).write(folder.resolve("none.bin"), -1))
        .hasMessageContaining("not there");
    assertRefused(new WrittenZip().add("a/other", pickle).write(folder.resolve("other.bin"), -1))
        .hasMessageContaining("data.pkl");
    assertRefused(new WrittenZip().add("a/data.pkl", pickle).add("a/constants.pkl", storage)
        .write(folder.resolve("script.bin"), -1)).hasMessageContaining("TorchScript");
    assertRefused(new WrittenZip().add("a/data.pkl", pickle).add(data, storage).add("a/byteorder", text("big"))
        .write(folder.resolve("big.bin"), -1)).hasMessageContaining("'big'");
    assertRefused(Files.writeString(folder.resolve("text.bin"), "version https://git-lfs.github.com/spec/v1"))
        .hasMessageContaining("no file of torch.save");
    assertRefused(Files.write(folder.resolve("empty.bin"), new byte[0]));
  }

  /// Whatever becomes of a byte, a file opens within its own bounds or is refused.
  @Test
  void damageIsRefusedOrHarmless() throws Exception {
    byte[] whole = Files.readAllBytes(WRITTEN.resolve("kinds.bin"));
    Random random = new Random(7);
    Path file = folder.resolve("damaged.bin");
    for (int round = 0; round < 3000; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, round % 5 == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged);
      try (TorchFile opened = TorchFile.open(file)) {
        for (TensorInfo tensor : opened.tensors().values()) {
          assertThat(opened.data(tensor.name()).byteSize()).isEqualTo(tensor.byteLength());
        }
      } catch (BadDataException refused) {
        assertThat(refused.getMessage()).doesNotContain("\n");
      }
    }
  }

  private Path archive(byte[] pickle) throws IOException {
    return new WrittenZip().add("a/data.pkl", pickle).add("a/data/0", new byte[24])
        .write(folder.resolve("made.bin"), -1);
  }

  /// {"w": tensor} as protocol 2 writes it.
  private static byte[] stateDict(String storage, int elements, int offset, String shape, String strides) {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(text("\u0080\u0002}X\u0001\u0000\u0000\u0000w" + TENSOR + "((X\u0007\u0000\u0000\u0000storage"
        + "ctorch\n" + storage + "\nX\u0001\u0000\u0000\u00000X\u0003\u0000\u0000\u0000cpu"));
    integer(pickle, elements);
    pickle.writeBytes(text("tQ"));
    integer(pickle, offset);
    for (String tuple : List.of(shape, strides)) {
      pickle.write('(');
      for (String item : tuple.split(",", -1)) {
        integer(pickle, Integer.parseInt(item));
      }
      pickle.write('t');
    }
    pickle.writeBytes(text("\u0089}tRs."));
    return pickle.toByteArray();
  }

  private static void integer(ByteArrayOutputStream pickle, int value) {
    pickle.write('J');
    for (int i = 0; i < 4; i++) {
      pickle.write(value >>> (8 * i));
    }
  }

  private static byte[] text(String latin) {
    return latin.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(Path file) {
    return assertThatThrownBy(() -> TorchFile.open(file).close()).isInstanceOf(BadDataException.class)
        .satisfies(refusal -> assertThat(refusal.getMessage()).as("one line").doesNotContain("\n")
            .contains(file.getFileName().toString()));
  }
}
