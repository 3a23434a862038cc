/// Uses of value: confidence, search by steps.
package org.striatum.studies.uses;
