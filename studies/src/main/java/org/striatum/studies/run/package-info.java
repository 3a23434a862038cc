/// A run: its folder, the manifest with the checksum of every file in it, one writer at a time.
package org.striatum.studies.run;
