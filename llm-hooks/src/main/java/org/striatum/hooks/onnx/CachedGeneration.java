package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.engine.GatedRows;
import org.striatum.hooks.engine.RunningCompletion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;

/// One batch of completions. Keys and values are kept in buffers that ONNX Runtime appends to in place: nothing of the
/// past is copied from step to step. The last row of the batch takes the place of one that finishes.
///
/// A row's cache is its own and its products are reduced in an order that does not depend on the batch; only a product
/// with a single row takes another path through the runtime, so a lone row runs beside a copy of itself.
final class CachedGeneration implements AutoCloseable {
  private static final int FEWEST_ROWS = 2;

  private final DecoderShape shape;
  private final GraphSession session;
  private final Gates gates;
  private final List<RunningCompletion> running; // row b of the batch
  private final Arena arena = Arena.ofConfined();
  private final List<MemorySegment> caches = new ArrayList<>(); // layer: key, value; each (batch, heads, capacity, width)
  private final int capacity;
  private final RecurrentStates states;
  private final List<Integer> attending; // layers with keys and values
  private List<OnnxTensor> cacheTensors = List.of();

  /// @param completions the rows of the batch, not yet begun
  CachedGeneration(OnnxModel model, List<RunningCompletion> completions, Sampling sampling, Gates gates) {
    this.shape = model.shape();
    this.gates = gates;
    this.session = model.session(new GraphSpec(-1, Set.of(), gates.at().keySet(), GraphSpec.Head.SELECTED, true));
    this.running = new ArrayList<>(completions);
    this.capacity = completions.stream().mapToInt(RunningCompletion::promptLength).max().orElseThrow()
        + sampling.maxNewTokens();
    this.attending = IntStream.range(0, shape.layers()).filter(shape::attends).boxed().toList();
    this.states = new RecurrentStates(shape, batch(), arena);
    for (int i = 0; i < 2 * attending.size(); i++) {
      caches.add(arena.allocate(Math.multiplyExact(batch(), cacheRowBytes()), 64));
    }
  }

  private long cacheRowBytes() {
    return 4L * shape.keyValueHeads() * capacity * OnnxInterpreter.cachedHeadWidth(shape.keyWidth());
  }

  /// Rows of the running batch, the copy of a lone one included.
  private int batch() {
    return Math.max(running.size(), FEWEST_ROWS);
  }

  private RunningCompletion at(int b) {
    return running.get(Math.min(b, running.size() - 1));
  }

  /// Draws until every completion stopped.
  void run(Runnable onEachFinished) {
    bindCaches();
    float[] logits = prefill();
    while (true) {
      for (int b = 0; b < running.size(); b++) {
        running.get(b).draw(logits, b, shape.vocabulary());
        if (running.get(b).stopped()) {
          onEachFinished.run();
        }
      }
      dropStopped();
      if (running.isEmpty()) {
        return;
      }
      logits = step();
    }
  }

  /// Runs the prompts, equal beginnings once; logits at each one's last position: (batch, vocabulary).
  private float[] prefill() {
    Packing packing = Packing
        .of(IntStream.range(0, batch()).mapToObj(b -> at(b).sequence()).toList());
    long[] last = new long[packing.sequences()];
    for (int b = 0; b < last.length; b++) {
      last[b] = packing.rowsOf(b)[packing.rowsOf(b).length - 1];
    }
    try (RunInputs inputs = RunInputs.tokens(packing)) {
      gates.at().forEach((hook, gate) -> inputs.gate(hook, gate, packing.gated(gate)));
      return run(inputs, last);
    }
  }

  /// Runs the tokens drawn last.
  private float[] step() {
    int batch = batch();
    long[] ids = new long[batch];
    int[] positions = new int[batch];
    long[] last = new long[batch];
    int[] promptLengths = new int[batch];
    for (int b = 0; b < batch; b++) {
      RunningCompletion row = at(b);
      ids[b] = row.token(row.length() - 1);
      positions[b] = row.length() - 1;
      last[b] = b;
      promptLengths[b] = row.promptLength();
    }
    try (RunInputs inputs = RunInputs.step(ids, positions)) {
      for (Map.Entry<HookPoint, Gate> gate : gates.at().entrySet()) {
        inputs.gate(gate.getKey(), gate.getValue(), GatedRows.of(gate.getValue(), positions, promptLengths));
      }
      return run(inputs, last);
    }
  }

  private float[] run(RunInputs inputs, long[] lastRows) {
    inputs.put("rows", GraphSession.tensor(lastRows, lastRows.length));
    Map<String, OnnxTensor> fed = new TreeMap<>(inputs.tensors());
    Map<String, OnnxTensor> appended = new TreeMap<>();
    for (int i = 0; i < attending.size(); i++) {
      int layer = attending.get(i);
      fed.put("past_key." + layer, cacheTensors.get(2 * i));
      fed.put("past_value." + layer, cacheTensors.get(2 * i + 1));
      appended.put("present_key." + layer, cacheTensors.get(2 * i));
      appended.put("present_value." + layer, cacheTensors.get(2 * i + 1));
    }
    states.addTo(fed, appended);
    try (OrtSession.Result result = session.run(fed, Set.of(OnnxInterpreter.LOGITS), appended)) {
      states.advance();
      return GraphSession.floats(result, OnnxInterpreter.LOGITS);
    }
  }

  /// The last row that runs takes the place of each one that stopped.
  private void dropStopped() {
    int before = running.size();
    for (int b = 0; b < running.size();) {
      if (!running.get(b).stopped()) {
        b++;
        continue;
      }
      RunningCompletion last = running.removeLast();
      if (b < running.size()) { // that one may have stopped too: it is looked at next
        running.set(b, last);
        copyCache(last, running.size(), b);
      }
    }
    if (running.size() == before || running.isEmpty()) {
      return;
    }
    if (running.size() < FEWEST_ROWS) {
      copyCache(running.getFirst(), 0, 1);
    }
    bindCaches();
  }

  /// Copies what a row has run so far from one place of the batch to another.
  private void copyCache(RunningCompletion row, int from, int to) {
    states.copy(from, to);
    long head = cacheRowBytes() / shape.keyValueHeads();
    long used = head / capacity * row.length();
    for (MemorySegment cache : caches) {
      for (int h = 0; h < shape.keyValueHeads(); h++) {
        MemorySegment.copy(cache, from * cacheRowBytes() + h * head, cache, to * cacheRowBytes() + h * head, used);
      }
    }
  }

  private void bindCaches() {
    cacheTensors.forEach(OnnxTensor::close);
    states.bind(batch());
    long size = batch() * cacheRowBytes();
    cacheTensors = caches.stream()
        .map(cache -> GraphSession.tensor(
            cache.asSlice(0, size).asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer(), batch(),
            shape.keyValueHeads(), capacity, OnnxInterpreter.cachedHeadWidth(shape.keyWidth())))
        .toList();
  }

  @Override
  public void close() {
    cacheTensors.forEach(OnnxTensor::close);
    states.close();
    arena.close();
  }
}
