package org.striatum.hooks.parity;

/// How far the identities of a [ParityGate] may be off, by the kind of arithmetic. Identity gates have no tolerance.
///
/// @param kind for people
/// @param head of logits made from a recorded residual row, relative to the largest logit
/// @param sums of a block's sum, relative to its largest term, coordinate by coordinate
/// @param padding of a row alone against the same row in a padded batch, relative to the row's largest value
public record ParityTolerance(String kind, double head, double sums, double padding) {
  /// Products in F32, whatever the weights are stored in. A product of one row and one of many rows add in different
  /// orders: checkpoints of all families are seen to stay below 1e-5, a wrong place or a leaking pad gives 1e-2 and more.
  public static final ParityTolerance FLOAT = new ParityTolerance("float", 1e-4, 1e-4, 1e-4);

  /// Activations rounded to 8 bits with one scale per tensor (dynamic quantisation): the rest of the batch changes the
  /// scale, so a row depends a little on its neighbours. A 3-block export changes by up to 0.08 of the largest logit,
  /// while the logits of two different tokens differ by 1 to 2; deeper ones by more. Sums are made in F32 all the
  /// same. Weights alone in 8 or 4 bits do not belong here: they behave as [#FLOAT].
  public static final ParityTolerance QUANTISED = new ParityTolerance("dynamically quantised", 0.25, 1e-4, 0.5);

  public ParityTolerance {
    if (!(head >= 0 && sums >= 0 && padding >= 0)) {
      throw new IllegalArgumentException(
          "tolerances must be ≥ 0, found " + head + ", " + sums + " and " + padding);
    }
  }
}
