/// Does the opened model compute what it should? Comparison with a reference implementation's dump, tensor by tensor
/// ([org.striatum.hooks.parity.ReferenceDump]), and, where there is none, with itself
/// ([org.striatum.hooks.parity.ParityGate]).
package org.striatum.hooks.parity;
