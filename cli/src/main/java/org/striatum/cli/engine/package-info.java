/// Units of work and the engines that run them: processes here, a cluster's jobs, tasks of Spark.
package org.striatum.cli.engine;
