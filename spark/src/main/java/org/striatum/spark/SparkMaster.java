package org.striatum.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.process.OneLine;
import org.striatum.probe.run.UsageException;

/// A master of Spark, and how it is asked.
///
/// @param url of the master
/// @param configuration of Spark beside what is set here
record SparkMaster(String url, SortedMap<String, String> configuration) {
  private static final String SCHEME = "spark://";
  private static final int PATIENCE_MILLISECONDS = 10_000;
  private static final Pattern ADDRESS = Pattern.compile("(.+):(\\d{1,5})");
  private static final String CORES = "spark.task.cpus";
  private static final String LOGGERS = "org.slf4j.simpleLogger.log.";
  /// What units depend on: each is tried once by Spark (who asked for it tries again), and nowhere else at the same time, since two must
  /// not write one folder.
  private static final Map<String, String> OWN = Map.of("spark.app.name", "striatum", "spark.task.maxFailures", "1",
      "spark.speculation", "false", "spark.ui.enabled", "false");
  /// What is told in another way.
  private static final Set<String> ELSEWHERE = Set.of("spark.master", "spark.jars");

  /// @throws UsageException if a setting cannot be understood, or is not the user's
  static SparkMaster of(EngineSettings settings) {
    String url = settings.master().orElseThrow(() -> new UsageException("--engine spark needs --master: "
        + "spark://HOST:7077 of a standalone cluster, or local[N] for N units at a time on this machine"));
    SortedMap<String, String> configuration = new TreeMap<>();
    for (String setting : settings.configuration()) {
      int equals = setting.indexOf('=');
      String key = setting.substring(0, Math.max(0, equals));
      if (!key.startsWith("spark.")) {
        throw new UsageException("--spark-conf is spark.KEY=VALUE, found '" + setting + "'");
      }
      if (OWN.containsKey(key) || ELSEWHERE.contains(key)) {
        throw new UsageException("--spark-conf cannot set " + key + (key.equals("spark.master")
            ? ": --master does"
            : ", which this program sets itself"));
      }
      configuration.put(key, setting.substring(equals + 1));
    }
    if (url.startsWith(SCHEME)) { // of local[N] it is units at a time that are told
      settings.threads().ifPresent(threads -> configuration.putIfAbsent(CORES, threads.toString()));
    }
    return new SparkMaster(url, configuration);
  }

  /// Connects to it.
  ///
  /// @param jar with what executors run
  /// @throws UsageException if it is not there, or does not take what it is told
  JavaSparkContext connect(Path jar) {
    requireThere();
    // What goes wrong is told unit by unit. Hadoop, under Spark, looks for native code and warns if there is none.
    for (String logger : List.of("org.apache.spark", "org.apache.hadoop", "org.sparkproject", "io.netty")) {
      if (System.getProperty(LOGGERS + logger) == null) {
        System.setProperty(LOGGERS + logger, "off");
      }
    }
    SparkConf conf = new SparkConf(false).setMaster(url);
    OWN.forEach(conf::set);
    conf.set("spark.executor.memory", "512m"); // what a unit takes is outside of the executor
    conf.setJars(new String[]{jar.toUri().toString()});
    configuration.forEach(conf::set);
    try {
      return new JavaSparkContext(conf);
    } catch (Exception refused) { // of any kind: Scala declares none
      throw new UsageException("Spark does not start with --master " + url + ": " + OneLine.of(reason(refused)),
          refused);
    }
  }

  private static String reason(Throwable failed) {
    return failed.getMessage() == null ? failed.toString() : failed.getMessage();
  }

  /// Spark itself would look for a minute, in silence.
  private void requireThere() {
    if (!url.startsWith(SCHEME)) {
      return;
    }
    String[] addresses = url.substring(SCHEME.length()).split(",");
    if (Stream.of(addresses).noneMatch(SparkMaster::answers)) {
      throw new UsageException("no Spark master answers at %s: is it started, and is the address as its page shows it?"
          .formatted(String.join(", ", addresses)));
    }
  }

  private static boolean answers(String address) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches()) {
      throw new UsageException("the address of a standalone master is spark://HOST:PORT, found '" + address + "'");
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2))), PATIENCE_MILLISECONDS);
      return true;
    } catch (IOException | IllegalArgumentException _) {
      return false;
    }
  }
}
