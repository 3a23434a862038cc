/// Value neurons: probes, sparse paths, rankings and their controls.
package org.striatum.studies.value;
