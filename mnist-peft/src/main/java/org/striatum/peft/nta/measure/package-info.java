/// How far paths have specialised on teachers.
package org.striatum.peft.nta.measure;
