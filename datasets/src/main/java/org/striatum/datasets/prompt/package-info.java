/// How questions become prompts: what a run keeps, so that later studies ask and read in the same way.
package org.striatum.datasets.prompt;
