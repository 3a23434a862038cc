/// Value neurons: hidden-state coordinates that carry the model's own estimate of success (arXiv 2602.00986, §3).
package org.striatum.probe.value;
