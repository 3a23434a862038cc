package org.striatum.cli.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.striatum.probe.run.UserCache;

/// A process that opens a checkpoint and comes to the end it is told: its arguments are the end, the checkpoint's name
/// (empty for none) and the hang limit in milliseconds.
public final class Doomed {
  private Doomed() {}

  public static void main(String[] arguments) throws Throwable {
    Supervision supervision = CheckpointProcess.supervision();
    if (!arguments[1].isEmpty()) {
      supervision.opening(arguments[1], Duration.ofMillis(Long.parseLong(arguments[2])));
    }
    switch (arguments[0]) {
      case "environment" -> System.getenv().forEach((name, value) -> System.out.println(name + "=" + value));
      case "temporary" -> {
        System.out.println(Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), "left"), "").getParent());
        System.out.println(UserCache.folder());
      }
      case "exit" -> System.exit(5);
      case "abort" -> libc("abort", FunctionDescriptor.ofVoid()).invokeExact();
      case "crash" -> raise(11);
      case "kill" -> raise(9);
      case "work" -> {
        for (int i = 0; i < 10; i++) {
          Thread.sleep(100);
          supervision.beat();
        }
        System.out.println("worked");
      }
      case "hang" -> {
        System.err.println("hanging");
        Thread.sleep(Duration.ofMinutes(10));
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void raise(int signal) throws Throwable {
    int _ = (int) libc("raise", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
        .invokeExact(signal);
  }

  @SuppressWarnings("restricted") // a native abort has to be native
  private static MethodHandle libc(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type);
  }
}
