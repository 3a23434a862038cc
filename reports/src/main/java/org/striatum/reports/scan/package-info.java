/// Comparison of many checkpoints.
package org.striatum.reports.scan;
