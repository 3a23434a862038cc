/// Rankings that value neurons are compared with: what is written to a coordinate, what predicts the next token, what predicts the
/// end.
package org.striatum.studies.baselines;
