package org.striatum.probe.model;

/// What can be read at a hook point, in TransformerLens' vocabulary and in the order of the computation.
public enum Site {
  /// Token (and position) embedding entering block 0.
  EMBED("hook_embed", false),
  /// Residual stream entering the block.
  RESID_PRE("hook_resid_pre", true),
  /// How attention shares its weight: (heads, query, key) of one sequence, made on request only and no rows of a width.
  ATTN_PATTERN("attn.hook_pattern", true),
  /// What each head gives, side by side: the input of attention's output projection.
  HEAD_OUT("attn.hook_z", true),
  /// What attention adds to the stream.
  ATTN_OUT("hook_attn_out", true),
  /// Residual stream between attention and MLP.
  RESID_MID("hook_resid_mid", true),
  /// What the router of a mixture of experts says of each expert.
  ROUTER_LOGITS("mlp.hook_router_logits", true),
  /// What each expert's output is multiplied by: 0 for experts not chosen, which are not computed.
  EXPERT_WEIGHTS("mlp.hook_expert_weights", true),
  /// MLP neurons: the input of the down projection. A mixture of experts has none in common.
  MLP_POST("mlp.hook_post", true),
  /// What the MLP adds to the stream.
  MLP_OUT("hook_mlp_out", true),
  /// Residual stream leaving the block, before any final norm.
  RESID_POST("hook_resid_post", true),
  /// The final norm's output.
  FINAL_NORM("ln_final.hook_normalized", false),
  /// The head's output.
  LOGITS("logits", false);

  private final String printed;
  private final boolean inBlock;

  Site(String printed, boolean inBlock) {
    this.printed = printed;
    this.inBlock = inBlock;
  }

  public String printed() {
    return printed;
  }

  /// Whether the site stands in every block rather than once in the model.
  public boolean inBlock() {
    return inBlock;
  }
}
