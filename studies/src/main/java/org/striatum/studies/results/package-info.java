/// The results of every study of one run, by their types: what reports, series and the results database read.
package org.striatum.studies.results;
