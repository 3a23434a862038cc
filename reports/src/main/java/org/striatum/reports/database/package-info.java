/// The results of many runs as tables: DuckDB, Parquet, SQL.
package org.striatum.reports.database;
