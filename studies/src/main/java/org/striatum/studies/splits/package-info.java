/// Whether the answers about value are those of one split: how often each is given on others.
package org.striatum.studies.splits;
