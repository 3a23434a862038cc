/// Graded completions: sampled from the model, or imported from another program.
package org.striatum.studies.rollouts;
