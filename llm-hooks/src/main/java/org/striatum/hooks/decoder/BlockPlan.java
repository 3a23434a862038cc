package org.striatum.hooks.decoder;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.DecoderShape.Heads;
import org.striatum.hooks.decoder.DecoderShape.Mlps;
import org.striatum.hooks.decoder.DecoderShape.Reach;
import org.striatum.hooks.decoder.DecoderShape.Recurrent;

/// What a family says about itself, part by part, for [BlockDecoder]: where two families differ by a flag, it is a flag
/// here. Begins as Llama's block; a family states what it does otherwise. Weight names are given without their layer
/// and without `.weight`.
final class BlockPlan {
  /// How attention and MLP follow each other.
  enum Order {
    /// x += attention(norm(x)); x += mlp(norm′(x)). Either norm may stand behind instead, or on both sides.
    SEQUENTIAL,
    /// x += attention(norm(x)) + mlp(norm′(x)), where norm′ may be norm.
    PARALLEL,
    /// x = norm(x + attention(x)); x = norm′(x + mlp(x)).
    NORM_LAST
  }

  /// How queries, keys and values are stored.
  enum Fusion {
    /// Three projections.
    SEPARATE,
    /// One: all queries, all keys, all values.
    STACKED,
    /// One: the queries of a key head, the key, the value; then those of the next key head.
    BY_KEY_HEAD,
    /// One of four equal parts, each with its queries, values and keys in this order (CodeGen).
    IN_QUARTERS
  }

  /// The norms of a decoder.
  ///
  /// @param kind formula
  /// @param offset what is added to stored weights
  record Norm(Norm.Kind kind, double offset, double epsilon) {
    enum Kind {
      RMS,
      /// With weight and bias.
      LAYER,
      /// With a weight alone.
      LAYER_WITHOUT_BIAS,
      /// With neither.
      LAYER_PLAIN
    }

    static Norm rms(double epsilon) {
      return new Norm(Norm.Kind.RMS, 0, epsilon);
    }

    static Norm layer(double epsilon) {
      return new Norm(Norm.Kind.LAYER, 0, epsilon);
    }
  }

  /// Norms of queries and keys.
  ///
  /// @param kind what is normed by which weights
  /// @param query name of the queries' weights
  /// @param key name of the keys' weights
  /// @param rotatedFirst whether heads are rotated before they are normed
  record HeadNorm(HeadNorm.Kind kind, String query, String key, boolean rotatedFirst) {
    enum Kind {
      /// RMS of each head, all heads by one weight (n).
      RMS_OF_HEADS,
      /// RMS of all heads at once, weight (heads · n).
      RMS_OF_ALL,
      /// LayerNorm of each head, all by one weight and bias (n).
      LAYER_OF_HEADS,
      /// LayerNorm of each head by its own row of one weight (heads, n), no bias.
      LAYER_BY_ROW,
      /// LayerNorm of each head by a weight of its own, `norms.h`, no bias.
      LAYER_BY_HEAD
    }
  }

  final Checkpoint checkpoint;
  final ModelConfig config;

  int layers;
  int width;
  int mlpWidth;
  int heads;
  int keyValueHeads;
  int headWidth;
  int vocabulary;
  int context;
  boolean tableOfPositions;

  String rootPrefix = "model.";
  String blocks = "layers.";
  String embedding = "embed_tokens";
  int embeddingWidth; // 0 for the stream's own
  double embeddingScale = 1;
  String embeddingNorm;
  String positions;
  int positionOffset;
  boolean tied;
  String head = "lm_head";
  boolean headBias;
  double logitScale = 1;
  double logitCap;
  String finalNorm = "norm";

  Order order = Order.SEQUENTIAL;
  Norm norm;
  String beforeAttention = "input_layernorm";
  String afterAttention;
  String beforeMlp = "post_attention_layernorm";
  String afterMlp;
  double residualScale = 1;

  Fusion fusion = Fusion.SEPARATE;
  String queries = "self_attn.q_proj";
  String keys = "self_attn.k_proj";
  String values = "self_attn.v_proj";
  String attentionOut = "self_attn.o_proj";
  boolean transposed; // whether matrices are stored (in, out)
  boolean queryBias;
  boolean attentionOutBias;
  HeadNorm headNorm;
  double clip;
  boolean clipAfterNorm; // where heads are normed: whether before or after that
  List<Attention> attention;
  String sinks; // a weight of each head, or null
  List<Rope> ropes; // null for a layer without rotation
  QueryGrowth queryGrowth;

  /// Queries at position p are multiplied by 1 + β ln(1 + ⌊p / context⌋).
  record QueryGrowth(double beta, int context) {}

  boolean gated = true;
  String gate = "mlp.gate_proj";
  String up = "mlp.up_proj";
  String gateAndUp; // both in one projection, if there is one
  String down = "mlp.down_proj";
  boolean mlpBias;
  boolean downBias;
  Activation activation;
  String learnedActivation; // xIELU's weights, if the family has them

  Mixture mixture; // null for an MLP in every layer

  /// A mixture of experts in place of the MLP.
  ///
  /// @param experts how many
  /// @param width neurons of each
  /// @param files where its weights may be; the first that are there
  /// @param layers that have one
  record Mixture(int experts, int width, Routing routing, List<ExpertFiles> files, Set<Integer> layers) {}

  SharedExpert shared; // null for none

  /// An expert beside the others that every row meets.
  ///
  /// @param name what its weights' names begin with
  /// @param gate a projection to one column whose sigmoid it is multiplied by; null for none
  /// @param fused whether its gate and up are one projection (`input_linear`)
  record SharedExpert(int width, String name, String gate, boolean fused) {}

  boolean valueNorm; // whether each head of the values is normed, without a weight
  String blockScale; // a weight (1) that what leaves a block is multiplied by, or null
  boolean outputGate; // whether queries bring a gate of what attention gives
  double keyScale = 1;
  double attentionInScale = 1;
  double attentionOutScale = 1;
  double gateScale = 1;
  double downScale = 1;
  Recurrent recurrent = Recurrent.NONE;
  RecurrentMixer mixer; // of the recurrent layers

  private BlockPlan(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.config = checkpoint.config();
  }

  /// What a family assumes where its configuration says nothing.
  ///
  /// @param keyValueHeads 0 for the number of query heads
  /// @param headWidth 0 for width / heads; −1 where that is the only choice
  /// @param context positions
  record Defaults(int keyValueHeads, int headWidth, int context, boolean tied, Activation activation) {}

  /// Sizes, flags and activation by the usual keys. Norm and attention remain to be said.
  static BlockPlan read(Checkpoint checkpoint, Defaults defaults) throws CheckpointException {
    return readWithoutActivation(checkpoint, defaults)
        .activation(Activation.read(checkpoint.config(), "hidden_act", defaults.activation));
  }

  /// The same without the activation.
  static BlockPlan readWithoutActivation(Checkpoint checkpoint, Defaults defaults) throws CheckpointException {
    return readWithoutMlp(checkpoint, defaults).mlpWidth(checkpoint.config().size("intermediate_size"));
  }

  /// The same without the MLP's width as well.
  static BlockPlan readWithoutMlp(Checkpoint checkpoint, Defaults defaults) throws CheckpointException {
    BlockPlan plan = new BlockPlan(checkpoint);
    ModelConfig config = plan.config;
    plan.width = config.size("hidden_size");
    plan.heads = config.size("num_attention_heads");
    plan.keyValueHeads = config.size("num_key_value_heads",
        config.mentions("num_key_value_heads") || defaults.keyValueHeads == 0 ? plan.heads : defaults.keyValueHeads);
    if (plan.heads % plan.keyValueHeads != 0) {
      throw config.unsupported("num_key_value_heads", "a divisor of num_attention_heads (" + plan.heads + ")");
    }
    boolean given = defaults.headWidth >= 0 && config.has("head_dim");
    if (!given && defaults.headWidth <= 0) {
      plan.requireWholeHeads("num_attention_heads", "hidden_size");
    }
    plan.headWidth = given
        ? config.size("head_dim")
        : defaults.headWidth > 0 && !config.mentions("head_dim") ? defaults.headWidth : plan.width / plan.heads;
    plan.layers = config.size("num_hidden_layers");
    plan.vocabulary = config.size("vocab_size");
    plan.context = config.size("max_position_embeddings", defaults.context);
    plan.tied = config.flag("tie_word_embeddings", defaults.tied);
    return plan;
  }

  /// Sizes by the keys given, as many key heads as query heads.
  static BlockPlan ofEqualHeads(Checkpoint checkpoint, String layers, String width, String heads)
      throws CheckpointException {
    BlockPlan plan = new BlockPlan(checkpoint);
    plan.layers = plan.config.size(layers);
    plan.width = plan.config.size(width);
    plan.heads = plan.config.size(heads);
    plan.keyValueHeads = plan.heads;
    plan.requireWholeHeads(heads, width);
    plan.headWidth = plan.width / plan.heads;
    plan.vocabulary = plan.config.size("vocab_size");
    return plan;
  }

  private void requireWholeHeads(String headsKey, String widthKey) throws CheckpointException {
    if (width % heads != 0) {
      throw config.unsupported(headsKey, "a divisor of " + widthKey + " (" + width + ")");
    }
  }

  BlockPlan mlpWidth(int neurons) {
    mlpWidth = neurons;
    return this;
  }

  BlockPlan activation(Activation named) {
    activation = named;
    return this;
  }

  BlockPlan context(int positionsBuiltFor) {
    context = positionsBuiltFor;
    return this;
  }

  /// No sequence can be longer than the context.
  BlockPlan limitedToContext() {
    tableOfPositions = true;
    return this;
  }

  BlockPlan tied(boolean headIsEmbedding) {
    tied = headIsEmbedding;
    return this;
  }

  /// What names begin with, of the blocks, the embedding and the last norm.
  BlockPlan names(String root, String blocksName, String embeddingName, String finalNormName) {
    rootPrefix = root;
    blocks = blocksName;
    embedding = embeddingName;
    finalNorm = finalNormName;
    return this;
  }

  BlockPlan norm(Norm everyNorm) {
    norm = everyNorm;
    return this;
  }

  BlockPlan normsBefore(String attentionNorm, String mlpNorm) {
    beforeAttention = attentionNorm;
    beforeMlp = mlpNorm;
    return this;
  }

  BlockPlan normsAfter(String attentionNorm, String mlpNorm) {
    afterAttention = attentionNorm;
    afterMlp = mlpNorm;
    return this;
  }

  /// Attention and MLP side by side.
  ///
  /// @param mlpNorm the attention's own where they share it
  BlockPlan parallel(String attentionNorm, String mlpNorm) {
    order = Order.PARALLEL;
    return normsBefore(attentionNorm, mlpNorm);
  }

  BlockPlan order(Order attentionAndMlp) {
    order = attentionAndMlp;
    return this;
  }

  BlockPlan residualScale(double factor) {
    residualScale = factor;
    return this;
  }

  BlockPlan embeddingScale(double factor) {
    embeddingScale = factor;
    return this;
  }

  BlockPlan embeddingNorm(String name) {
    embeddingNorm = name;
    return this;
  }

  BlockPlan embeddingWidth(int columns) {
    embeddingWidth = columns;
    return this;
  }

  /// A table of positions, whose first `offset` rows are skipped.
  BlockPlan positions(String name, int offset) {
    positions = name;
    positionOffset = offset;
    return limitedToContext();
  }

  BlockPlan logits(double factor, double cap) {
    logitScale = factor;
    logitCap = cap;
    return this;
  }

  BlockPlan head(String name) {
    head = name;
    return this;
  }

  BlockPlan headBias() {
    headBias = true;
    return this;
  }

  BlockPlan attentionNames(String q, String k, String v, String out) {
    queries = q;
    keys = k;
    values = v;
    attentionOut = out;
    return this;
  }

  BlockPlan fused(Fusion layout, String projection, String out) {
    fusion = layout;
    queries = projection;
    attentionOut = out;
    return this;
  }

  /// Matrices of the blocks are stored (in, out).
  BlockPlan transposed() {
    transposed = true;
    return this;
  }

  BlockPlan biases(boolean ofQueries, boolean ofAttentionOut, boolean ofMlp) {
    queryBias = ofQueries;
    attentionOutBias = ofAttentionOut;
    mlpBias = ofMlp;
    downBias = ofMlp;
    return this;
  }

  /// Of the MLP's second projection, where it is another than the first one's.
  BlockPlan downBias(boolean biased) {
    downBias = biased;
    return this;
  }

  BlockPlan headNorm(HeadNorm.Kind kind, String query, String key) {
    headNorm = new HeadNorm(kind, query, key, false);
    return this;
  }

  BlockPlan headNormAfterRotation(HeadNorm.Kind kind, String query, String key) {
    headNorm = new HeadNorm(kind, query, key, true);
    return this;
  }

  /// Queries, keys and values are held to [−limit, limit]; 0 for no limit.
  BlockPlan clip(double limit) {
    clip = limit;
    return this;
  }

  /// Queries and keys are normed first, then held to the limit.
  BlockPlan clipAfterNorm() {
    clipAfterNorm = true;
    return this;
  }

  BlockPlan attention(List<Attention> byLayer) {
    attention = byLayer;
    return this;
  }

  /// A score of each head that takes a share of attention.
  BlockPlan sinks(String name) {
    sinks = name;
    return this;
  }

  /// The same attention in every layer, scores scaled by 1 / √headWidth.
  BlockPlan attention(int window) {
    return attention(1 / Math.sqrt(headWidth), Collections.nCopies(layers, window), 0);
  }

  BlockPlan attention(double scale, List<Integer> windows, double softCap) {
    return attention(
        windows.stream().map(window -> new Attention(heads, keyValueHeads, headWidth, scale, window, softCap)).toList());
  }

  /// Scores scaled, plus slope · position of the key; one slope a head.
  BlockPlan linearBiases(double scale, float[] slopes) {
    return attention(Collections.nCopies(layers,
        new Attention(heads, keyValueHeads, headWidth, scale, 0, 0, slopes)));
  }

  BlockPlan ropes(List<Rope> byLayer) {
    ropes = byLayer;
    return this;
  }

  /// The same rotation in every layer.
  BlockPlan rope(Rope rope) {
    return ropes(Collections.nCopies(layers, rope));
  }

  /// A rotation in some layers only.
  BlockPlan rope(Rope rope, List<Boolean> rotated) {
    return ropes(rotated.stream().map(rotates -> rotates ? rope : null).toList());
  }

  BlockPlan queryGrowth(double beta, int contextOfOne) {
    queryGrowth = new QueryGrowth(beta, contextOfOne);
    return this;
  }

  BlockPlan plainMlp(String upName, String downName) {
    gated = false;
    up = upName;
    down = downName;
    return this;
  }

  BlockPlan mlpNames(String gateName, String upName, String downName) {
    gate = gateName;
    up = upName;
    down = downName;
    return this;
  }

  BlockPlan down(String name) {
    down = name;
    return this;
  }

  BlockPlan fusedGate(String name) {
    gateAndUp = name;
    return this;
  }

  /// xIELU, whose two slopes are weights of each layer.
  BlockPlan learnedActivation(String name) {
    learnedActivation = name;
    return this;
  }

  /// A mixture of experts in these layers.
  BlockPlan mixture(Mixture experts) {
    mixture = experts;
    return this;
  }

  BlockPlan shared(SharedExpert expert) {
    shared = expert;
    return this;
  }

  BlockPlan valueNorm() {
    valueNorm = true;
    return this;
  }

  BlockPlan blockScale(String name) {
    blockScale = name;
    return this;
  }

  /// Each query head is followed by a gate of the same width, whose sigmoid multiplies what the head gives.
  BlockPlan outputGate() {
    outputGate = true;
    return this;
  }

  /// Layers that carry a state.
  ///
  /// @param withAttention whether they have attention beside it
  BlockPlan recurrent(RecurrentMixer kind, Set<Integer> which, boolean withAttention) {
    if (!which.isEmpty()) {
      mixer = kind;
      recurrent = new Recurrent(kind.sizes(), which, withAttention ? Set.of() : which);
    }
    return this;
  }

  private Mlps mlps() {
    if (mixture == null) {
      return Mlps.dense(mlpWidth);
    }
    int active = mixture.routing().chosen() * mixture.width() + (shared == null ? 0 : shared.width());
    return new Mlps(mixture.layers().size() == layers ? 0 : mlpWidth, mixture.layers(), mixture.experts(), active);
  }

  /// A wrapper's class puts a head of its own over the text model: what the text's class does with its logits is left out.
  private void wrapped() {
    if (logitScale != 1 || logitCap != 0 || headBias) {
      checkpoint.remark("the class of several modes has a head of its own: logits are neither scaled, capped nor biased, as"
          + " they would be in the text model's class");
    }
    logitScale = 1;
    logitCap = 0;
    headBias = false;
  }

  Decoder build() throws CheckpointException {
    if (config.isPartOfWrapper()) {
      wrapped();
    }
    int limit = tableOfPositions ? context : Integer.MAX_VALUE;
    int longest = ropes == null
        ? limit
        : ropes.stream().filter(Objects::nonNull).mapToInt(Rope::longest).reduce(limit, Math::min);
    boolean positionInKeys = attention.getFirst().slopes().length > 0;
    DecoderShape shape = new DecoderShape(layers, width, mlps(),
        new Heads(heads, keyValueHeads, headWidth, positionInKeys), recurrent, vocabulary, new Reach(context, longest),
        order == Order.PARALLEL);
    return new BlockDecoder(this, shape);
  }
}
