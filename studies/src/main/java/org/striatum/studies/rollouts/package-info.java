/// Graded completions: drawn from the model, or imported with what another program made.
package org.striatum.studies.rollouts;
