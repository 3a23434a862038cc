/// Adapters on digits.
package org.striatum.studies.mnist;
