/// How far paths have taken up teachers.
package org.striatum.peft.nta.measure;
