/// Figures computed again from the files of a run folder.
package org.striatum.studies.verify;
