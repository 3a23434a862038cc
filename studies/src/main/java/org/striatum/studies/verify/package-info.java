/// Figures computed again from what a run folder holds.
package org.striatum.studies.verify;
