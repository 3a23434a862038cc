/// An interpreter of the template language of chat templates: Jinja as the reference implementation runs it, values without
/// access to Java, bounded in steps, time and output.
package org.striatum.hooks.jinja;
