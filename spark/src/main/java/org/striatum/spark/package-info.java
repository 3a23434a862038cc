/// Units of work on Apache Spark. Built only with the Maven profile `spark`.
package org.striatum.spark;
