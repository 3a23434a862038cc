/// Gates on neurons of a frozen language model, beside other ways to adapt it.
package org.striatum.studies.adaptation;
