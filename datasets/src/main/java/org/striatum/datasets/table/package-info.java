/// Tables from other programs, row by row: JSON Lines, JSON, CSV and Parquet.
package org.striatum.datasets.table;
