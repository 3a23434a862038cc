package org.striatum.spark;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/// A standalone cluster of Spark on this machine's loopback: a master and workers of one core, from the jars of these tests.
final class Loopback implements AutoCloseable {
  private static final String ADDRESS = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final List<Path> links = new ArrayList<>();
  private final int port;
  private final Process master;
  private final List<Process> workers = new ArrayList<>();

  /// @param folder for what it writes
  Loopback(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    Path jars = Files.createDirectories(folder.resolve("spark/jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path jar = Path.of(entry);
      if (entry.endsWith(".jar") && !Files.exists(jars.resolve(jar.getFileName()))) {
        links.add(Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar.toAbsolutePath()));
      }
    }
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    master = java("master", "org.apache.spark.deploy.master.Master", "--host", ADDRESS, "--port",
        Integer.toString(port), "--webui-port", "0");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!answers()) {
      if (System.nanoTime() > deadline || !master.isAlive()) {
        throw new IllegalStateException("no master: " + Files.readString(folder.resolve("master.log")));
      }
      Thread.sleep(200);
    }
  }

  String url() {
    return "spark://" + ADDRESS + ":" + port;
  }

  /// What executors are sent.
  static Path jar() {
    return Path.of(System.getProperty("spark.module.jar"));
  }

  /// What a driver must be told beside it.
  static List<String> configuration() {
    return List.of("spark.driver.host=" + ADDRESS, "spark.driver.bindAddress=" + ADDRESS);
  }

  /// Starts one more worker.
  void addWorker() throws IOException {
    String name = "worker" + workers.size();
    workers
        .add(java(name, "org.apache.spark.deploy.worker.Worker", "--host", ADDRESS, "--webui-port", "0", "--cores", "1",
            "--memory", "1g", "--work-dir", folder.resolve(name).toString(), url()));
  }

  /// A process that runs a unit somewhere, if one does.
  Optional<ProcessHandle> unit() {
    return workers.stream().flatMap(worker -> worker.toHandle().descendants())
        .filter(process -> process.info().commandLine().filter(line -> line.contains("unit.sh")).isPresent()).findAny();
  }

  /// Ends a worker and its executor, as when a machine goes: no word from them. Processes of units are left.
  void kill(ProcessHandle unit) {
    for (Process worker : workers) {
      if (worker.descendants().anyMatch(unit::equals)) {
        List<ProcessHandle> executors = worker.toHandle().children().toList();
        worker.toHandle().destroyForcibly();
        executors.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  private boolean answers() {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private Process java(String name, String main, String... arguments) throws IOException {
    Path java = Path.of(System.getProperty("java.home"));
    List<String> command = new ArrayList<>(List.of(java.resolve("bin/java").toString(), "-Xmx256m",
        "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(Stream.of(JavaModuleOptions.defaultModuleOptions().split(" ")).filter(
        option -> !option.startsWith("--add-modules")).toList());
    command.addAll(List.of("-cp", folder.resolve("spark/jars") + "/*", main));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".log").toFile());
    builder.environment().putAll(Map.of("SPARK_HOME", folder.resolve("spark").toString(), "SPARK_SCALA_VERSION", "2.13",
        "SPARK_LOCAL_IP", ADDRESS, "JAVA_HOME", java.toString()));
    return builder.start();
  }

  @Override
  public void close() throws IOException {
    List<Process> all = new ArrayList<>(workers);
    all.add(master);
    for (Process process : all) {
      List<ProcessHandle> below = process.descendants().toList();
      process.destroyForcibly().onExit().join();
      below.forEach(ProcessHandle::destroyForcibly);
    }
    for (Path link : links) {
      Files.delete(link);
    }
  }
}
