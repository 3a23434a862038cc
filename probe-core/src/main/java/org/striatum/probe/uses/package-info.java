/// What value is good for: confidence in an answer, and search by steps.
package org.striatum.probe.uses;
