/// Directions of hidden states as files: found by `probe`, given by a user, kept in the run.
package org.striatum.studies.directions;
