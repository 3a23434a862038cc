package org.striatum.hooks.surgery;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.striatum.hooks.engine.GatedRows;
import org.striatum.hooks.engine.RunningCompletion;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.RunInputs;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;

/// One batch of completions of prompts of one length: its rows stay equally long, so nothing is padded. With a cache in
/// the file's signature each step runs one token per row, else every prefix is run again. Rows that finish are dropped
/// once half the batch has.
final class FileGeneration implements AutoCloseable {
  private final FileSessions sessions;
  private final int vocabulary;
  private final int fewestRows;
  private final Gates gates;
  private final List<RunningCompletion> running; // row b of the batch
  private final FileSessions.Prepared first;
  private final Optional<FileSessions.Prepared> next; // reads the cache
  private Optional<OrtSession.Result> last = Optional.empty(); // owns the cache, unless rows were dropped since
  private Map<String, OnnxTensor> cache = Map.of(); // past input → tensor
  private boolean ownsCache;

  /// @param completions the rows of the batch, not yet begun, their prompts of one length
  /// @param fewestRows of a run; where fewer are left, the last one runs beside copies of itself
  FileGeneration(FileSessions sessions, List<RunningCompletion> completions, Gates gates, int fewestRows) {
    this.sessions = sessions;
    this.vocabulary = sessions.layout(HookPoint.LOGITS).width();
    this.fewestRows = fewestRows;
    this.gates = gates;
    this.running = new ArrayList<>(completions);
    this.first = session(sessions.cached() ? Surgery.CacheUse.FILL : Surgery.CacheUse.NONE);
    this.next = sessions.cached() ? Optional.of(session(Surgery.CacheUse.READ)) : Optional.empty();
  }

  private FileSessions.Prepared session(Surgery.CacheUse use) {
    return sessions.session(new Surgery(Optional.empty(), Set.of(), gates.at().keySet(), Surgery.Tail.LOGITS, use));
  }

  /// Rows of the running batch, copies of the last one included.
  private int batch() {
    return Math.max(running.size(), fewestRows);
  }

  private RunningCompletion at(int b) {
    return running.get(Math.min(b, running.size() - 1));
  }

  /// Draws until every completion stopped.
  void run(Runnable onEachFinished) {
    int length = running.getFirst().promptLength();
    float[] logits = step(first, 0, length);
    while (true) {
      for (int b = 0; b < running.size(); b++) {
        RunningCompletion row = running.get(b);
        if (!row.stopped()) {
          row.draw(logits, b, vocabulary);
          if (row.stopped()) {
            onEachFinished.run();
          }
        }
      }
      long alive = running.stream().filter(row -> !row.stopped()).count();
      if (alive == 0) {
        return;
      }
      if (2 * alive <= running.size()) {
        dropStopped();
      }
      length++;
      logits = next.isPresent() ? step(next.get(), length - 1, length) : step(first, 0, length);
    }
  }

  /// Runs tokens `past` to `length` of every row; logits at the last: (batch, vocabulary).
  private float[] step(FileSessions.Prepared prepared, int past, int length) {
    int batch = batch();
    int n = length - past;
    int[][] ids = new int[batch][];
    int[] lengths = new int[batch];
    for (int b = 0; b < batch; b++) {
      // A row that stopped but was not dropped yet runs on with its last token; nothing reads the result.
      RunningCompletion row = at(b);
      ids[b] = IntStream.range(past, length).map(t -> row.token(Math.min(t, row.length() - 1))).toArray();
      lengths[b] = n;
    }
    try (RunInputs inputs = new RunInputs()) {
      GraphSignature.TokenStep step = new GraphSignature.TokenStep(ids, lengths, past);
      prepared.signature().feed(inputs, step);
      for (Map.Entry<HookPoint, Gate> gate : gates.at().entrySet()) {
        int[] positions = IntStream.range(0, batch * n).map(i -> past + i % n).toArray();
        int[] prompts = IntStream.range(0, batch * n).map(i -> at(i / n).promptLength()).toArray();
        sessions.gate(inputs, gate.getKey(), gate.getValue(), GatedRows.of(gate.getValue(), positions, prompts), step);
      }
      Map<String, OnnxTensor> fed = new LinkedHashMap<>(inputs.tensors());
      if (past > 0) {
        prepared.signature().needs().stream().filter(need -> need.role() == InputRole.PAST)
            .forEach(need -> fed.put(need.name(), cache.get(need.name())));
      }
      Set<String> outputs = new HashSet<>(Set.of(sessions.prefix() + OnnxSurgeon.LOGITS));
      if (next.isPresent()) {
        sessions.cache().slots().forEach(slot -> outputs.add(slot.present()));
      }
      OrtSession.Result result = prepared.session().run(fed, outputs, Map.of());
      float[] all = GraphSession.floats(result, sessions.prefix() + OnnxSurgeon.LOGITS);
      keep(result);
      return lastOfEach(all, batch, n);
    }
  }

  private float[] lastOfEach(float[] logits, int batch, int n) {
    if (n == 1) {
      return logits;
    }
    float[] ends = new float[batch * vocabulary];
    for (int b = 0; b < batch; b++) {
      System.arraycopy(logits, ((b + 1) * n - 1) * vocabulary, ends, b * vocabulary, vocabulary);
    }
    return ends;
  }

  private void keep(OrtSession.Result result) {
    release();
    last = Optional.of(result);
    if (next.isPresent()) {
      cache = new LinkedHashMap<>();
      sessions.cache().slots()
          .forEach(slot -> cache.put(slot.past(), (OnnxTensor) result.get(slot.present()).orElseThrow()));
    }
  }

  /// Keeps the cache of rows still running.
  private void dropStopped() {
    List<Integer> kept = new ArrayList<>();
    for (int b = 0; b < running.size(); b++) {
      if (!running.get(b).stopped()) {
        kept.add(b);
      }
    }
    running.removeIf(RunningCompletion::stopped);
    if (next.isEmpty()) {
      return;
    }
    while (kept.size() < batch()) {
      kept.add(kept.getLast());
    }
    Map<String, OnnxTensor> selected = new LinkedHashMap<>();
    for (Cache.Slot slot : sessions.cache().slots()) {
      selected.put(slot.past(), selected(slot, cache.get(slot.past()), kept));
    }
    release();
    cache = selected;
    ownsCache = true;
  }

  private static OnnxTensor selected(Cache.Slot slot, OnnxTensor tensor, List<Integer> kept) {
    long[] shape = tensor.getInfo().getShape();
    long outer = 1; // axes before the batch
    long row = 1; // floats of one sequence
    for (int axis = 0; axis < shape.length; axis++) {
      if (axis < slot.batchAxis()) {
        outer *= shape[axis];
      } else if (axis > slot.batchAxis()) {
        row *= shape[axis];
      }
    }
    int batch = (int) shape[slot.batchAxis()];
    FloatBuffer all = tensor.getFloatBuffer();
    FloatBuffer some = FloatBuffer.allocate(Math.toIntExact(outer * kept.size() * row));
    for (long o = 0; o < outer; o++) {
      for (int b : kept) {
        some.put(all.slice(Math.toIntExact((o * batch + b) * row), Math.toIntExact(row)));
      }
    }
    shape[slot.batchAxis()] = kept.size();
    return GraphSession.tensor(some.flip(), shape);
  }

  private void release() {
    if (ownsCache) {
      cache.values().forEach(OnnxTensor::close);
      ownsCache = false;
    }
    last.ifPresent(OrtSession.Result::close);
    last = Optional.empty();
  }

  @Override
  public void close() {
    release();
  }
}
