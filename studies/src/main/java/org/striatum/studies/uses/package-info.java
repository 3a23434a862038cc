/// What value is good for: confidence, search by steps.
package org.striatum.studies.uses;
