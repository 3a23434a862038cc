/// The figures of a report as files for papers: SVG, PNG, PDF and CSV, drawn without a browser.
package org.striatum.reports.figures;
