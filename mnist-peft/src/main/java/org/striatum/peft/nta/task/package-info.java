/// What is learned: teachers and the tasks made of them, and the batches that a linear map is tested against.
package org.striatum.peft.nta.task;
