/// Text to tokens and back, with an explicit policy on special tokens.
package org.striatum.hooks.text;
