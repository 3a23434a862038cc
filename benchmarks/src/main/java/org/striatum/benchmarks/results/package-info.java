/// What was measured, kept from run to run, and the page that shows it.
package org.striatum.benchmarks.results;
