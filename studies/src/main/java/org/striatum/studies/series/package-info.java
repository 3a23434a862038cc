/// Comparison of the checkpoints of one training run: which neurons appear, stay and disappear during training.
package org.striatum.studies.series;
