/// Text to tokens and back, with the policy on special tokens said out loud.
package org.striatum.hooks.text;
