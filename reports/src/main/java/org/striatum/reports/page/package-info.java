/// What every report is made of: the frame around its sections, charts, tables, and how figures and texts are written.
package org.striatum.reports.page;
