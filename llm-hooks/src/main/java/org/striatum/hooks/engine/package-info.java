/// What all engines share, whoever computes: the checks of what is asked of a model, the layout of what is recorded, padded
/// batches, scored tokens and drawn ones.
package org.striatum.hooks.engine;
