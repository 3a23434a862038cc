/// Many checkpoints studied one after another: which they are, what is planned, what became of each.
package org.striatum.cli.scan;
