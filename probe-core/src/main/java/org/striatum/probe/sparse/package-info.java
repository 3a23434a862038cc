/// Sparse linear predictors of the return from streamed activations: sufficient statistics, lasso and elastic-net paths,
/// L1-logistic paths, ridge and the linear probe. All coefficients are of standardised coordinates.
package org.striatum.probe.sparse;
