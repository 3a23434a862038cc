/// Does the opened model compute what it should? Comparison with a reference implementation's dump, tensor by tensor.
package org.striatum.hooks.parity;
