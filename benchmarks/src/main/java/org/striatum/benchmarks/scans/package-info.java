/// What a scan costs, process by process.
package org.striatum.benchmarks.scans;
