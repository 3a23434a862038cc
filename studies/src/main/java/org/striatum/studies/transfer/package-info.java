/// Whether neurons are the same across data sets and checkpoints.
package org.striatum.studies.transfer;
