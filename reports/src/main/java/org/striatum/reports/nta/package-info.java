/// Experiments with gated linear networks.
package org.striatum.reports.nta;
