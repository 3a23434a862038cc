/// Dopamine neurons: hidden-state coordinates that carry the surprise when the model's estimate of success moves
/// (arXiv 2602.00986, §5).
package org.striatum.probe.dopamine;
