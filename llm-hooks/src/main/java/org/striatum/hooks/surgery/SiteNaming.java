package org.striatum.hooks.surgery;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.surgery.ResidualStream.Addition;
import org.striatum.hooks.surgery.ResidualStream.Branch;
import org.striatum.hooks.surgery.ResidualStream.BranchKind;
import org.striatum.hooks.surgery.SiteMap.FoundSite;
import org.striatum.hooks.surgery.SiteMap.GatingSignal;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// Gives the values of a residual stream, of what is added to it and of the head their hook points' names.
final class SiteNaming {
  private final Topology topology;
  private final Flow flow;
  private final ResidualStream stream;
  private final NeuronFinder neurons;
  private final SortedMap<HookPoint, FoundSite> sites = new TreeMap<>();

  private SiteNaming(Topology topology, Flow flow, ResidualStream stream) {
    this.topology = topology;
    this.flow = flow;
    this.stream = stream;
    this.neurons = new NeuronFinder(topology, flow);
  }

  /// @throws CheckpointException if the additions make no blocks, or there is no final norm or head behind them
  static SortedMap<HookPoint, FoundSite> name(Topology topology, Flow flow, ResidualStream stream, String logits)
      throws CheckpointException {
    stream.checkBlocks();
    SiteNaming naming = new SiteNaming(topology, flow, stream);
    naming.blocks();
    naming.head(logits);
    return naming.sites;
  }

  private void blocks() {
    String entering = stream.additions().getFirst().read();
    put(HookPoint.EMBED, entering, "what the first block reads, " + described(entering));
    for (int layer = 0; layer < stream.layers(); layer++) {
      String whose = layer == 0 ? "the embedding, " : "the stream block " + (layer - 1) + " leaves, ";
      put(new HookPoint(layer, Site.RESID_PRE), entering, whose + described(entering));
      entering = stream.parallel() ? parallelBlock(layer) : block(layer);
    }
  }

  /// Names what a block adds, one part after the other; what leaves it.
  private String block(int layer) {
    Addition attention = stream.additions().get(2 * layer);
    Addition mlp = stream.additions().get(2 * layer + 1);
    branch(layer, attention.branches().getFirst(), attention);
    put(new HookPoint(layer, Site.RESID_MID), attention.after(), described(attention.after()) + ": stream + attention");
    branch(layer, mlp.branches().getFirst(), mlp);
    put(HookPoint.residPost(layer), mlp.after(), described(mlp.after()) + ": stream + MLP");
    return mlp.after();
  }

  /// Names what a block adds, both parts at once; what leaves it.
  private String parallelBlock(int layer) {
    Addition both = stream.additions().get(layer);
    both.branches().forEach(branch -> branch(layer, branch, both));
    put(HookPoint.residPost(layer), both.after(), described(both.after()) + ": stream + " + both.kinds());
    return both.after();
  }

  private void branch(int layer, Branch branch, Addition addition) {
    boolean attention = branch.kind() == BranchKind.ATTENTION;
    String biased = branch.result().equals(branch.value()) ? "" : " with its bias";
    put(new HookPoint(layer, attention ? Site.ATTN_OUT : Site.MLP_OUT), branch.result(), described(branch.value())
        + biased + ": what " + (attention ? "attention" : "the MLP") + " adds at " + described(addition.after()));
    if (!attention) {
      neurons.find(addition.before(), branch.value()).ifPresent(site -> sites.put(HookPoint.mlpPost(layer), site));
    }
  }

  private void head(String logits) throws CheckpointException {
    List<String> leaving = stream.leaving();
    int product = 1;
    while (product < leaving.size() && !flow.multiplies(leaving.get(product - 1), leaving.get(product))) {
      product++;
    }
    if (product == leaving.size()) {
      throw new CheckpointException(
          "no head was found: looked for a product with a weight between the last block and '" + logits + "'");
    }
    Set<String> passing = new HashSet<>(Operators.PASSING);
    passing.addAll(Operators.SELECTING);
    String normed = topology.through(leaving.get(product - 1), passing);
    String last = leaving.getFirst();
    if (!leaving.contains(normed)
        || flow.opsBehind(last, normed).noneMatch(op -> Operators.NORMS.contains(op.type()))) {
      throw new CheckpointException("no final norm was found: looked for LayerNorm or RMSNorm between "
          + described(last) + " and the head, found "
          + leaving.subList(0, product).stream().skip(1).map(this::described).toList());
    }
    put(HookPoint.FINAL_NORM, normed, described(normed) + ": the norm before the head");
    put(HookPoint.LOGITS, logits, "output '" + logits + "': the head's product");
  }

  private void put(HookPoint point, String value, String recognition) {
    sites.put(point, new FoundSite(value, recognition, new GatingSignal(value, "")));
  }

  private String described(String value) {
    return topology.described(value);
  }
}
