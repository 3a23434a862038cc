package org.striatum.datasets;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorInfo;

/// Hidden states that another program recorded, in one safetensors file, mapped:
///
/// - `hidden_states` (layers, rows, d), read as `blocks.0.hook_resid_post` and following; or (rows, d) for each hook point,
///   under its name;
/// - `token_ids` (rows), I32 or I64, prompt and completion of every rollout, one after the other;
/// - `rollout_index` (rows), which rollout a row belongs to, 0, 0, …, 1, 1, …; or `lengths` (rollouts).
///
/// Not thread-safe; the caller that opens it closes it.
public final class SavedStates implements AutoCloseable {
  private static final String STACKED = "hidden_states";
  private static final String TOKENS = "token_ids";
  private static final String ROLLOUT = "rollout_index";
  private static final String LENGTHS = "lengths";
  private static final int MOST_LAYERS = 10_000;
  // As many as fit an array.
  private static final int MOST_ROWS = Integer.MAX_VALUE - 8;
  private static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.F16, DType.BF16, DType.F64);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final SafetensorsFile file;
  private final int[] tokens; // (rows)
  private final int[] lengths; // (rollouts)
  private final int[] firstRow; // (rollouts + 1)
  private final SortedMap<HookPoint, Place> places = new TreeMap<>();

  /// Where a hook point's rows lie.
  ///
  /// @param first element of its first row
  private record Place(String tensor, long first, int width) {}

  private SavedStates(SafetensorsFile file) throws BadDataException {
    this.file = file;
    this.tokens = integers(TOKENS);
    this.lengths = file.tensors().containsKey(LENGTHS) ? integers(LENGTHS) : counted();
    this.firstRow = new int[lengths.length + 1];
    long rows = 0;
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] < 1) {
        throw bad("a rollout must have at least one row, found " + lengths[i] + " in rollout " + i);
      }
      rows += lengths[i];
      firstRow[i + 1] = (int) Math.min(rows, Integer.MAX_VALUE);
    }
    if (rows != tokens.length || rows == 0) {
      throw bad("lengths must add up to the rows of " + TOKENS + ", found " + rows + " and " + tokens.length);
    }
    if (Arrays.stream(tokens).anyMatch(token -> token < 0)) {
      throw bad("a token id must be ≥ 0, found " + Arrays.stream(tokens).min().getAsInt());
    }
    findHooks();
  }

  /// Maps a file and checks its layout.
  ///
  /// @throws BadDataException if a tensor is missing or of another shape, naming it
  public static SavedStates open(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return new SavedStates(file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private int[] counted() throws BadDataException {
    int[] rollouts = integers(ROLLOUT);
    List<Integer> counts = new ArrayList<>();
    for (int row = 0; row < rollouts.length; row++) {
      if (rollouts[row] == counts.size()) {
        counts.add(1);
      } else if (row > 0 && rollouts[row] == counts.size() - 1) {
        counts.set(rollouts[row], counts.get(rollouts[row]) + 1);
      } else {
        throw bad(ROLLOUT + " must count up from 0 without a gap, found " + rollouts[row] + " at row " + row);
      }
    }
    return counts.stream().mapToInt(Integer::intValue).toArray();
  }

  private void findHooks() throws BadDataException {
    for (TensorInfo tensor : file.tensors().values()) {
      if (tensor.name().equals(STACKED)) {
        requireShape(tensor, 3);
        for (int layer = 0; layer < tensor.shape().getFirst(); layer++) {
          int width = Math.toIntExact(tensor.shape().get(2));
          places.put(HookPoint.residPost(layer), new Place(STACKED, (long) layer * tokens.length * width, width));
        }
      } else if (tensor.name().startsWith("blocks.")) {
        requireShape(tensor, 2);
        HookPoint hook = HookPoint.find(tensor.name()).orElseThrow(
            () -> bad(tensor.name() + " is not the name of a hook point such as blocks.3.hook_resid_post"));
        places.put(hook, new Place(tensor.name(), 0, Math.toIntExact(tensor.shape().get(1))));
      }
    }
    if (places.isEmpty()) {
      throw bad(
          "it must have " + STACKED + " (layers, rows, d) or tensors named like blocks.3.hook_resid_post (rows, d)");
    }
  }

  private void requireShape(TensorInfo tensor, int dimensions) throws BadDataException {
    if (!FLOATS.contains(tensor.dtype())) {
      throw bad(tensor.name() + " must be F32, F16, BF16 or F64, found " + tensor.dtype());
    }
    List<Long> shape = tensor.shape();
    if (shape.size() != dimensions || shape.get(dimensions - 2) != tokens.length || shape.getLast() < 1
        || shape.getLast() > Integer.MAX_VALUE || (dimensions == 3 && shape.getFirst() > MOST_LAYERS)) {
      throw bad(tensor.name() + " must have the shape " + (dimensions == 3 ? "(layers, " : "(") + tokens.length
          + ", d), found " + shape);
    }
  }

  /// A tensor of integers, each of which fits 32 bits.
  private int[] integers(String name) throws BadDataException {
    if (!file.tensors().containsKey(name)) {
      throw bad("it has no tensor " + name + (name.equals(ROLLOUT) ? " and no " + LENGTHS : "") + ", found "
          + String.join(", ", file.tensors().keySet()));
    }
    TensorInfo tensor = file.tensor(name);
    if (tensor.dtype() != DType.I32 && tensor.dtype() != DType.I64) {
      throw bad(name + " must be I32 or I64, found " + tensor.dtype());
    }
    if (tensor.elements() > MOST_ROWS) {
      throw bad(name + " must have at most " + MOST_ROWS + " elements, found " + tensor.elements());
    }
    MemorySegment data = file.data(name);
    for (long i = 0; tensor.dtype() == DType.I64 && i < tensor.elements(); i++) {
      long value = data.get(LONG, i * Long.BYTES);
      if (value != (int) value) {
        throw bad(name + " must hold values of 32 bits, found " + value + " at " + i);
      }
    }
    return file.ints(name);
  }

  private BadDataException bad(String why) {
    return new BadDataException(file.path() + ": " + why);
  }

  /// The number of rollouts.
  public int rollouts() {
    return lengths.length;
  }

  /// The number of rows of each rollout, prompt included: (rollouts).
  public int[] lengths() {
    return lengths.clone();
  }

  /// Hook point → coordinates.
  public SortedMap<HookPoint, Integer> widths() {
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    places.forEach((hook, place) -> widths.put(hook, place.width()));
    return widths;
  }

  /// Token ids of a rollout.
  public int[] tokens(int rollout) {
    return Arrays.copyOfRange(tokens, firstRow[rollout], firstRow[rollout + 1]);
  }

  /// Everything recorded of one rollout, as a recording of one sequence.
  public Recording recording(int rollout) {
    int rows = lengths[rollout];
    Map<HookPoint, float[]> values = new HashMap<>();
    places.forEach((hook, place) -> {
      float[] states = new float[Math.multiplyExact(rows, place.width())]; // (rows, width)
      file.floats(place.tensor(), place.first() + (long) firstRow[rollout] * place.width(), states, 0, states.length);
      values.put(hook, states);
    });
    return new Recording(new int[]{0, rows}, values, widths());
  }

  @Override
  public void close() {
    file.close();
  }
}
