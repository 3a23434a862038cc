/// Neural task abstraction: linear networks whose paths are gated by fast, bounded, non-negative units, learning tasks that
/// alternate in blocks. (Sandbrink, Bauer, Proca, Saxe, Summerfield and Hummos, *Flexible task abstractions emerge in
/// linear networks with fast and bounded units*, NeurIPS 2024, arXiv 2411.03840.)
///
/// The linear systems run on plain arrays: they are small, and a linear network sees a batch only through its second
/// moments.
package org.striatum.peft.nta;
