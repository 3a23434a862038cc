/// The answers of a full study: each question about the reward subsystem, answered from the results of all steps.
package org.striatum.studies.answer;
