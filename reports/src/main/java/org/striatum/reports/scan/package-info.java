/// Many checkpoints side by side.
package org.striatum.reports.scan;
