/// Plans a study from a pilot or from assumptions: what its questions need, and what it costs.
package org.striatum.studies.planning;
