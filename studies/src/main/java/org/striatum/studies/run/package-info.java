/// What a run is: its folder, the manifest that vouches for every file in it, one writer at a time.
package org.striatum.studies.run;
