/// Tables that others made, row by row: JSON Lines, JSON, CSV and Parquet.
package org.striatum.datasets.table;
