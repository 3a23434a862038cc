/// Result records become one self-contained HTML file.
package org.striatum.reports;
