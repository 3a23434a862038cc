/// Work of a study in pieces: kept while it is under way, and computed by other processes where an engine starts them.
package org.striatum.studies.shares;
