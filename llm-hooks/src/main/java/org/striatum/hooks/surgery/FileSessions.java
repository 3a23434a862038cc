package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.engine.GatedRows;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.RunInputs;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.HookPoint;

/// The sessions of one ONNX file: one for each surgery that is asked for, opened on first use and kept.
final class FileSessions implements AutoCloseable {
  /// Optimisations that would fuse across a place where a gate can be: with and without one the arithmetic must be the
  /// same.
  static final List<String> ACROSS_GATES = List.of("SkipLayerNormFusion", "EmbedLayerNormFusion", "AttentionFusion",
      "BiasGeluFusion", "BiasDropoutFusion", "MatMulScaleFusion", "GemmActivationFusion", "MatMulActivationFusion",
      "GemmSumFusion");

  private final OnnxFile file;
  private Memory memory;
  private final int threads;
  private final OnnxSurgeon surgeon;
  private final Optional<OnnxSurgeon> stepSurgeon; // of the branch that reads the cache; empty without a usable cache
  private final Cache cache; // of that branch
  private final Map<String, TensorLayout> layouts = new HashMap<>(); // by value, of both branches
  private final boolean single;
  private final Map<Surgery, Prepared> sessions = new HashMap<>();

  /// A session and what it is fed.
  record Prepared(GraphSession session, GraphSignature signature) implements AutoCloseable {
    @Override
    public void close() {
      session.close();
    }
  }

  /// Finds the hook points of a file and measures them.
  ///
  /// @param threads of the runtime's products; 0 for one per CPU core
  FileSessions(OnnxFile file, Memory memory, int threads) throws CheckpointException {
    this.file = file;
    this.memory = memory;
    this.threads = threads;
    this.surgeon = OnnxSurgeon.of(file, false);
    OnnxSurgeon cached = surgeon.branched() ? OnnxSurgeon.of(file, true) : surgeon;
    this.cache = Cache.read(cached.graph());
    boolean usable = cache.continues() && cached.sites().hookPoints().equals(surgeon.sites().hookPoints());
    this.stepSurgeon = usable ? Optional.of(cached) : Optional.empty();
    SiteMeasurement.MeasuredSites measured = SiteMeasurement.of(file, surgeon, threads);
    layouts.putAll(measured.layouts());
    this.single = measured.single();
    stepSurgeon.ifPresent(this::layOutAlike);
  }

  /// The other branch has the same sites under names of its own.
  private void layOutAlike(OnnxSurgeon other) {
    other.sites().sites().forEach((point, site) -> {
      SiteMap.FoundSite measured = sites().at(point);
      layouts.put(site.value(), layouts.get(measured.value()));
      layouts.put(site.signal().value(), layouts.get(measured.signal().value()));
    });
  }

  /// Holds the weights so in every session from now on.
  void hold(Memory held) {
    if (held != memory) {
      close();
      memory = held;
    }
  }

  SiteMap sites() {
    return surgeon.sites();
  }

  /// The graph before any change, on one level.
  GraphProto graph() {
    return surgeon.graph();
  }

  /// Whether only one sequence may be in a run.
  boolean single() {
    return single;
  }

  /// Whether keys and values can be kept from step to step.
  boolean cached() {
    return stepSurgeon.isPresent();
  }

  Cache cache() {
    return cache;
  }

  /// Begins the names of all that surgery adds.
  String prefix() {
    return file.prefix();
  }

  TensorLayout layout(HookPoint hook) {
    return layouts.get(sites().at(hook).value());
  }

  /// The session for a run. What reads a filled cache works on the branch made for it; the first run of a merged decoder
  /// goes through the other.
  Prepared session(Surgery surgery) {
    return sessions.computeIfAbsent(surgery, this::open);
  }

  private Prepared open(Surgery surgery) {
    OnnxSurgeon operating = surgery.cache() == Surgery.CacheUse.READ ? stepSurgeon.orElseThrow() : surgeon;
    GraphProto changed = operating.operate(surgery, layouts);
    try {
      GraphSignature signature = operating.signature(changed);
      return new Prepared(GraphSession.open(file.name(), operating.bytes(changed), file.folder(), memory, threads,
          ACROSS_GATES), signature);
    } catch (CheckpointException checkedBefore) {
      throw new IllegalStateException(checkedBefore.getMessage(), checkedBefore);
    }
  }

  /// Adds a gate's inputs.
  ///
  /// @param rows which it acts on, (batch · positions)
  void gate(RunInputs inputs, HookPoint hook, Gate gate, GatedRows rows, GraphSignature.TokenStep step) {
    inputs.gate(prefix(), hook, gate, rows, layout(hook).shape(step.batch(), step.positions(), 1));
  }

  @Override
  public void close() {
    sessions.values().forEach(Prepared::close);
    sessions.clear();
  }
}
