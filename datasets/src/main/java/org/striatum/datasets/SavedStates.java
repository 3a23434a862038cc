package org.striatum.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorInfo;

/// Hidden states that another program recorded, in one safetensors file, mapped:
///
/// - `hidden_states` (layers, rows, d), which become `blocks.0.hook_resid_post` and on; or (rows, d) under each hook point's
///   own name;
/// - `token_ids` (rows), I32 or I64, prompt and completion of every rollout, one behind the other;
/// - `rollout_index` (rows), which rollout a row belongs to, 0, 0, …, 1, 1, …; or `lengths` (rollouts).
///
/// Not thread-safe; whoever opens it closes it.
public final class SavedStates implements AutoCloseable {
  private static final String STACKED = "hidden_states";
  private static final String TOKENS = "token_ids";
  private static final String ROLLOUT = "rollout_index";
  private static final String LENGTHS = "lengths";
  private static final int MOST_LAYERS = 10_000;

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
    requireTensor(TOKENS);
    this.tokens = file.ints(TOKENS);
    this.lengths = file.tensors().containsKey(LENGTHS) ? file.ints(LENGTHS) : counted();
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
    } catch (IllegalArgumentException e) { // an element type or a size that is none of these
      file.close();
      throw new BadDataException(e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private int[] counted() throws BadDataException {
    requireTensor(ROLLOUT);
    int[] rollouts = file.ints(ROLLOUT);
    List<Integer> counts = new ArrayList<>();
    for (int row = 0; row < rollouts.length; row++) {
      if (rollouts[row] == counts.size()) {
        counts.add(1);
      } else if (rollouts[row] == counts.size() - 1) {
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
        places.put(HookPoint.parse(tensor.name()),
            new Place(tensor.name(), 0, Math.toIntExact(tensor.shape().get(1))));
      }
    }
    if (places.isEmpty()) {
      throw bad("it needs " + STACKED + " (layers, rows, d) or tensors named like blocks.3.hook_resid_post (rows, d)");
    }
  }

  private void requireShape(TensorInfo tensor, int dimensions) throws BadDataException {
    List<Long> shape = tensor.shape();
    if (shape.size() != dimensions || shape.get(dimensions - 2) != tokens.length || shape.getLast() < 1
        || shape.getLast() > Integer.MAX_VALUE || (dimensions == 3 && shape.getFirst() > MOST_LAYERS)) {
      throw bad(tensor.name() + " must have the shape " + (dimensions == 3 ? "(layers, " : "(") + tokens.length
          + ", d), found " + shape);
    }
  }

  private void requireTensor(String name) throws BadDataException {
    if (!file.tensors().containsKey(name)) {
      throw bad("it has no tensor " + name + (name.equals(ROLLOUT) ? " and no " + LENGTHS : "") + ", found "
          + String.join(", ", file.tensors().keySet()));
    }
  }

  private BadDataException bad(String why) {
    return new BadDataException(file.path() + ": " + why);
  }

  /// How many rollouts there are.
  public int rollouts() {
    return lengths.length;
  }

  /// Rows of each rollout, prompt included: (rollouts).
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
