package org.striatum.benchmarks.measure;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.striatum.benchmarks.measure.ProcessTree.Cost;

/// A process that runs one command, and at its end asks the kernel what the command took: `getrusage` of children that
/// were waited for counts theirs too. In a process of its own, because the kernel keeps one maximum over all children.
///
/// Needs the JDK and this package only.
final class Usage {
  private static final int CHILDREN = -1;
  // struct rusage of Linux, 64 bits: user and system time as (seconds, microseconds), then the largest resident set in kB.
  private static final int WORDS = 18;
  private static final int USER = 0;
  private static final int SYSTEM = 2;
  private static final int LARGEST = 4;

  private Usage() {}

  /// Arguments: a file for the figures, the command. Ends with the command's exit code.
  public static void main(String[] arguments) throws Throwable {
    List<String> command = Arrays.asList(arguments).subList(1, arguments.length);
    long started = System.nanoTime();
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    double seconds = (System.nanoTime() - started) / 1e9;
    long[] children = ofChildren();
    Files.writeString(Path.of(arguments[0]),
        seconds + " " + (seconds(children, USER) + seconds(children, SYSTEM)) + " " + 1024 * children[LARGEST]);
    System.exit(code);
  }

  /// The figures that [#main] left.
  static Cost read(Path file) throws IOException {
    String[] figures = Files.readString(file).split(" ", -1);
    return new Cost(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]), Long.parseLong(figures[2]));
  }

  private static double seconds(long[] usage, int at) {
    return usage[at] + usage[at + 1] / (double) TimeUnit.SECONDS.toMicros(1);
  }

  @SuppressWarnings("restricted") // no class of the JDK tells what children took
  private static long[] ofChildren() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle getrusage = linker.downcallHandle(linker.defaultLookup().find("getrusage").orElseThrow(),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment usage = arena.allocate(ValueLayout.JAVA_LONG, WORDS);
      if ((int) getrusage.invokeExact(CHILDREN, usage) != 0) {
        throw new IOException("the kernel does not say what children took");
      }
      return usage.toArray(ValueLayout.JAVA_LONG);
    }
  }
}
