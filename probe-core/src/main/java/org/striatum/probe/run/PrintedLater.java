package org.striatum.probe.run;

/// A constant that files of earlier builds hold by its Java name. Both names are read, the printed one is written; keys of steps
/// are still computed with the Java name ([RecordJson#keyed]), so that what those builds finished stays finished.
public interface PrintedLater extends Printed {}
