/// The common parts of all reports: the frame around the sections, charts, tables, and how figures and texts are written.
package org.striatum.reports.page;
