/// Decoder families, each described once against a small tensor vocabulary and interpreted by every engine.
package org.striatum.hooks.decoder;
