/// Gates on neurons of a frozen language model, compared with other ways to adapt it.
package org.striatum.studies.adaptation;
