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
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Inputs;
import org.striatum.hooks.onnx.Sampler;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// One batch of completions of prompts of one length: its rows stay equally long, so nothing is padded. With a cache in
/// the file's signature each step runs one token a row, else every prefix is run again. Rows that finish are dropped
/// once half the batch has.
final class FileGeneration implements AutoCloseable {
  private final OnnxFileModel model;
  private final Sampling sampling;
  private final Gates gates;
  private final List<Row> rows = new ArrayList<>(); // all, in the caller's order
  private final List<Row> running = new ArrayList<>(); // row b of the batch
  private final OnnxFileModel.Prepared first;
  private final Optional<OnnxFileModel.Prepared> next; // reads the cache
  private Optional<OrtSession.Result> last = Optional.empty(); // owns the cache, unless rows were dropped since
  private Map<String, OnnxTensor> cache = Map.of(); // past input → tensor
  private boolean ownsCache;

  /// One completion under way.
  private static final class Row {
    final int[] prompt;
    final Sampler sampler;
    final List<Integer> generated = new ArrayList<>();
    boolean finished;
    boolean stopped;

    Row(int[] prompt, Sampler sampler) {
      this.prompt = prompt;
      this.sampler = sampler;
    }

    /// Tokens so far from `from` on.
    int[] tokens(int from) {
      int[] all = new int[prompt.length + generated.size() - from];
      for (int t = 0; t < all.length; t++) {
        int at = from + t;
        all[t] = at < prompt.length ? prompt[at] : generated.get(at - prompt.length);
      }
      return all;
    }
  }

  FileGeneration(OnnxFileModel model, List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates) {
    this.model = model;
    this.sampling = sampling;
    this.gates = gates;
    for (int i = 0; i < prompts.size(); i++) {
      rows.add(new Row(prompts.get(i).tokens(), new Sampler(sampling, seeds[i])));
    }
    running.addAll(rows);
    this.first = session(model.cached() ? Surgery.CacheUse.FILL : Surgery.CacheUse.NONE);
    this.next = model.cached() ? Optional.of(session(Surgery.CacheUse.READ)) : Optional.empty();
  }

  private OnnxFileModel.Prepared session(Surgery.CacheUse use) {
    return model.session(new Surgery(Optional.empty(), Set.of(), gates.at().keySet(), Surgery.Tail.LOGITS, use));
  }

  /// Rows of the running batch, a stand-in for a second one included.
  private int batch() {
    return Math.max(running.size(), model.fewestRows());
  }

  private Row at(int b) {
    return running.get(Math.min(b, running.size() - 1));
  }

  List<Completion> run(Runnable onEachFinished) {
    int length = rows.getFirst().prompt.length;
    float[] logits = step(first, 0, length);
    while (true) {
      for (int b = 0; b < running.size(); b++) {
        Row row = running.get(b);
        if (!row.stopped) {
          draw(row, logits, b);
          if (row.stopped) {
            onEachFinished.run();
          }
        }
      }
      long alive = running.stream().filter(row -> !row.stopped).count();
      if (alive == 0) {
        break;
      }
      if (2 * alive <= running.size()) {
        dropStopped();
      }
      length++;
      logits = next.isPresent() ? step(next.get(), length - 1, length) : step(first, 0, length);
    }
    return rows.stream().map(row -> new Completion(row.generated.stream().mapToInt(Integer::intValue).toArray(),
        row.finished, row.sampler.logProbability())).toList();
  }

  private void draw(Row row, float[] logits, int b) {
    int token = row.sampler.draw(logits, b * model.vocabulary(), model.vocabulary());
    if (sampling.stopAtEos() && model.ends(token)) {
      row.finished = true;
      row.stopped = true;
      return;
    }
    row.generated.add(token);
    row.stopped = row.generated.size() == sampling.maxNewTokens();
  }

  /// Runs tokens `past` to `length` of every row; logits at the last: (batch, vocabulary).
  private float[] step(OnnxFileModel.Prepared prepared, int past, int length) {
    int batch = batch();
    int n = length - past;
    int[][] ids = new int[batch][];
    int[] lengths = new int[batch];
    for (int b = 0; b < batch; b++) {
      // A row that stopped but was not dropped yet runs on with its last token; nobody reads what comes of it.
      int[] tokens = at(b).tokens(0);
      ids[b] = new int[n];
      for (int t = 0; t < n; t++) {
        ids[b][t] = tokens[Math.min(past + t, tokens.length - 1)];
      }
      lengths[b] = n;
    }
    try (Inputs inputs = new Inputs()) {
      prepared.signature().feed(inputs, new Signature.Step(ids, lengths, past));
      for (Map.Entry<HookPoint, Gate> gate : gates.at().entrySet()) {
        boolean[] mask = new boolean[batch * n];
        for (int i = 0; i < mask.length; i++) {
          mask[i] = gate.getValue().positions().selects(past + i % n, at(i / n).prompt.length);
        }
        model.gate(inputs, gate.getKey(), gate.getValue(), mask, batch, n);
      }
      Map<String, OnnxTensor> fed = new LinkedHashMap<>(inputs.tensors());
      if (past > 0) {
        prepared.signature().needs().stream().filter(need -> need.role() == Role.PAST)
            .forEach(need -> fed.put(need.name(), cache.get(need.name())));
      }
      Set<String> outputs = new HashSet<>(Set.of(model.prefix() + OnnxSurgeon.LOGITS));
      if (next.isPresent()) {
        model.cache().slots().forEach(slot -> outputs.add(slot.present()));
      }
      OrtSession.Result result = prepared.session().run(fed, outputs, Map.of());
      float[] all = GraphSession.floats(result, model.prefix() + OnnxSurgeon.LOGITS);
      keep(result);
      return lastOfEach(all, batch, n);
    }
  }

  private float[] lastOfEach(float[] logits, int batch, int n) {
    if (n == 1) {
      return logits;
    }
    int vocabulary = model.vocabulary();
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
      model.cache().slots()
          .forEach(slot -> cache.put(slot.past(), (OnnxTensor) result.get(slot.present()).orElseThrow()));
    }
  }

  /// Keeps the cache of rows still running.
  private void dropStopped() {
    List<Integer> kept = new ArrayList<>();
    for (int b = 0; b < running.size(); b++) {
      if (!running.get(b).stopped) {
        kept.add(b);
      }
    }
    running.removeIf(row -> row.stopped);
    if (next.isEmpty()) {
      return;
    }
    while (kept.size() < batch()) {
      kept.add(kept.getLast());
    }
    Map<String, OnnxTensor> selected = new LinkedHashMap<>();
    for (Cache.Slot slot : model.cache().slots()) {
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
