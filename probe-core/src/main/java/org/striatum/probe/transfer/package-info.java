/// Whether what was found in one place holds in another: across datasets, checkpoints, and models tuned from one base.
package org.striatum.probe.transfer;
