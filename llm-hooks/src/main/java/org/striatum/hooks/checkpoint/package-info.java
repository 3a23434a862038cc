/// A Hugging Face checkpoint folder, opened without copying a weight.
package org.striatum.hooks.checkpoint;
