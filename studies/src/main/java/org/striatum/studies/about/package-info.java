/// What single neurons are about: the tokens where they are high and low, and what they do to the output.
package org.striatum.studies.about;
