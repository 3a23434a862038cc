/// The measurements, kept from run to run, and the page that shows them.
package org.striatum.benchmarks.results;
