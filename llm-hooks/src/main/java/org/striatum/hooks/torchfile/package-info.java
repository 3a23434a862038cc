/// Weights as `torch.save` writes them: tensors are found where they lie, nothing in the file is run.
package org.striatum.hooks.torchfile;
