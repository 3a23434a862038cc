package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher's script, with a `java` that prints its environment and arguments.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
class LauncherTest {
  private static final Path HOME = Path.of(System.getProperty("striatum.home"));

  @TempDir
  private Path folder;

  private static void fakeJava(Path home) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25\"\n");
    for (String program : List.of("java", "javac")) {
      Path file = Files.writeString(home.resolve("bin").resolve(program),
          "#!/bin/sh\n/usr/bin/env\nprintf 'arguments: %s\\n' \"$*\"\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  /// The sources, where everything is built.
  private Path sources() throws IOException {
    Path home = folder.resolve("home");
    Path build = Files.createDirectories(home.resolve("build"));
    Path target = Files.createDirectories(home.resolve("cli/target"));
    Files.copy(HOME.resolve("striatum"), home.resolve("striatum"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(HOME.resolve("build/find-java.sh"), build.resolve("find-java.sh"));
    Files.writeString(home.resolve("pom.xml"), "");
    Files.writeString(target.resolve("cli-1.jar"), "");
    Files.writeString(target.resolve("others.jar"), "");
    Files.writeString(target.resolve("classpath.txt"), "cli/target/others.jar");
    return home;
  }

  /// A distribution, unpacked.
  private Path distribution(String place) throws IOException {
    Path home = folder.resolve(place);
    Path jars = Files.createDirectories(home.resolve("lib"));
    Files.copy(HOME.resolve("striatum"), home.resolve("striatum"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(jars.resolve("classpath.txt"), "lib/cli-1.jar:lib/z.jar:lib/probe-core-1.jar:lib/a.jar");
    fakeJava(home.resolve("runtime"));
    return home;
  }

  /// What a command starts.
  private List<String> said(Map<String, String> environment, String... command) throws Exception {
    Path out = folder.resolve("out");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().remove("ORT_DISABLE_TELEMETRY"); // that of these tests
    List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(builder.environment()::remove);
    builder.environment().putAll(environment);
    builder.environment().values().removeIf(""::equals);
    assertThat(builder.start().waitFor()).as(() -> read(out)).isZero();
    return read(out).lines().toList();
  }

  private List<String> fromSources(Map<String, String> environment) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    fakeJava(folder.resolve("jdk"));
    all.put("JAVA_HOME", folder.resolve("jdk").toString());
    return said(all, sources().resolve("striatum").toString(), "demo", "a b");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void commandsMaySendNoUsageData() throws Exception {
    assertThat(fromSources(Map.of())).contains("ORT_DISABLE_TELEMETRY=1", "OPT_OUT_TRACKING=true")
        .last().asString().contains("Supervisor").endsWith(" org.striatum.cli.Striatum demo a b");
  }

  @Test
  void norWithoutASupervisor() throws Exception {
    assertThat(fromSources(Map.of("STRIATUM_IN_PROCESS", "1")))
        .contains("ORT_DISABLE_TELEMETRY=1", "OPT_OUT_TRACKING=true")
        .last().asString().doesNotContain("Supervisor").endsWith(" org.striatum.cli.Striatum demo a b");
  }

  @Test
  void theSourcesNeedNoHome() throws Exception {
    assertThat(fromSources(Map.of("HOME", ""))).last().asString().endsWith(" org.striatum.cli.Striatum demo a b");
  }

  @Test
  void jarsOfSourcesAndDocumentationAreNoClasses() throws Exception {
    Path target = sources().resolve("cli/target");
    Files.writeString(target.resolve("cli-1-sources.jar"), "");
    Files.writeString(target.resolve("cli-1-tests.jar"), "");
    Files.writeString(target.resolve("cli-1-javadoc.jar"), "");
    fakeJava(folder.resolve("jdk"));
    assertThat(said(Map.of("JAVA_HOME", folder.resolve("jdk").toString()),
        folder.resolve("home/striatum").toString(), "demo")).last().asString()
        .contains(" -cp " + target.resolve("cli-1.jar") + ":" + target.resolve("others.jar") + " ");
  }

  /// Programs are where PATH says, and here it says nowhere.
  @Test
  void aDistributionNeedsNothingButItself() throws Exception {
    Path home = distribution("a  folder/larger 100%\\n");
    assertThat(said(Map.of("PATH", "/nowhere", "HOME", ""), home.resolve("striatum").toString(), "demo", "a b"))
        .noneMatch(line -> line.startsWith("CLASSPATH=")).last().asString()
        .startsWith("arguments: -XX:TieredStopAtLevel=1")
        .contains(" -cp " + home.resolve("lib/cli-1.jar") + ":" + home.resolve("lib/probe-core-1.jar")
            + " org.striatum.cli.process.Supervisor",
            " -cp " + Stream.of("cli-1.jar", "z.jar", "probe-core-1.jar", "a.jar")
                .map(jar -> home.resolve("lib").resolve(jar).toString()).collect(Collectors.joining(":")) + " ",
            " -Dstriatum.home=" + home + " ")
        .endsWith(" org.striatum.cli.Striatum demo a b");
  }

  @Test
  void itIsFoundByWayOfLinks() throws Exception {
    Path home = distribution("distribution");
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("first"), Path.of("../distribution/striatum"));
    Files.createSymbolicLink(bin.resolve("striatum"), Path.of("first"));
    assertThat(said(Map.of(), bin.resolve("striatum").toString())).last().asString()
        .contains(" -Dstriatum.home=" + home + " ");
    assertThat(said(Map.of(), "sh", "-c", "cd \"$0\" && sh striatum", home.toString())).last().asString()
        .contains(" -Dstriatum.home=" + home + " ");
  }

  @Test
  void itsLoadedClassesAreUsedWhereTheyAre() throws Exception {
    Path home = distribution("distribution");
    String launcher = home.resolve("striatum").toString();
    assertThat(said(Map.of(), launcher)).last().asString().doesNotContain("-XX:AOTCache");
    Path loaded = Files.writeString(home.resolve("lib/striatum.aot"), "");
    assertThat(said(Map.of(), launcher)).last().asString().contains(" -XX:AOTCache=" + loaded + " ");
  }

  @Test
  void aBuildHasThemMadeWithWhatCommandsAreRunWith() throws Exception {
    Path home = distribution("distribution");
    Path java = home.resolve("runtime/bin/java");
    Path told = folder.resolve("told");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + told + "\nexit 7\n");
    ProcessBuilder builder = new ProcessBuilder(home.resolve("striatum").toString());
    builder.environment().put("STRIATUM_LOAD", folder.resolve("cache").toString());
    assertThat(builder.start().waitFor()).isEqualTo(7);
    List<String> made = Files.readAllLines(told);
    assertThat(made).contains("-XX:AOTCacheOutput=" + home.resolve("lib/striatum.aot"), "org.striatum.cli.Striatum");
    Files.writeString(home.resolve("lib/striatum.aot"), "");
    builder.environment().remove("STRIATUM_LOAD");
    assertThat(builder.start().waitFor()).isEqualTo(7);
    assertThat(Files.readAllLines(told)).containsAll(made.stream().filter(word -> word.startsWith("-"))
        .filter(word -> !word.startsWith("-XX:AOTCacheOutput")).toList());
  }

  @Test
  void namesOfFilesAreReadInTheUsersEncodingOrUtf8() throws Exception {
    String launcher = distribution("distribution").resolve("striatum").toString();
    assertThat(said(Map.of(), launcher)).contains("LC_ALL=C.UTF-8");
    assertThat(said(Map.of("LC_ALL", "C"), launcher)).contains("LC_ALL=C.UTF-8");
    assertThat(said(Map.of("LANG", "POSIX"), launcher)).contains("LC_ALL=C.UTF-8");
    // This machine has what `locale` says; where there is no such program it has everything.
    Path programs = Files.createDirectories(folder.resolve("programs"));
    for (String charmap : List.of("UTF-8", "ISO-8859-1", "ANSI_X3.4-1968", "")) {
      Path locale = Files.writeString(programs.resolve("locale"), "#!/bin/sh\necho " + charmap + "\n");
      Files.setPosixFilePermissions(locale, PosixFilePermissions.fromString("rwxr-xr-x"));
      List<String> given = said(Map.of("LANG", "C", "LC_CTYPE", "de_DE.UTF-8", "PATH", programs.toString()), launcher);
      assertThat(given).as(charmap).filteredOn(line -> line.startsWith("LC_ALL="))
          .hasSize(charmap.startsWith("ANSI") ? 1 : 0);
    }
    Files.delete(programs.resolve("locale"));
    assertThat(said(Map.of("LANG", "de_DE.ISO-8859-1", "PATH", programs.toString()), launcher))
        .noneMatch(line -> line.startsWith("LC_ALL="));
  }

  /// Java does not ask TMPDIR, and one that is of another machine (a job of a cluster has its sender's environment) is none.
  @Test
  void temporaryFilesAreWhereTheUserHasThem() throws Exception {
    String launcher = distribution("distribution").resolve("striatum").toString();
    Path temporary = Files.createDirectories(folder.resolve("a temporary folder"));
    for (String inProcess : List.of("", "1")) {
      assertThat(said(Map.of("TMPDIR", temporary.toString(), "STRIATUM_IN_PROCESS", inProcess), launcher)).last()
          .asString().contains(" -Djava.io.tmpdir=" + temporary + " ");
      for (String none : List.of("", temporary + "/none", launcher)) {
        assertThat(said(Map.of("TMPDIR", none, "STRIATUM_IN_PROCESS", inProcess), launcher)).last().asString()
            .doesNotContain("java.io.tmpdir");
      }
    }
  }

  /// What somebody says who is neither root nor the user that built: in one line, with exit code 2.
  private String refusedToStranger(Path launcher) throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can be somebody else");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    ProcessBuilder builder = new ProcessBuilder("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
        launcher.toString(), "demo").redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    Process process = builder.start();
    List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(process.waitFor()).as(said.toString()).isEqualTo(2);
    assertThat(said).hasSize(1);
    return said.getFirst();
  }

  @Test
  void aBuildOfSomebodyElseIsRefusedInOneLine() throws Exception {
    Path home = sources();
    fakeJava(folder.resolve("jdk"));
    Path jar = home.resolve("cli/target/others.jar");
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-------"));
    assertThat(refusedToStranger(home.resolve("striatum"))).contains(jar.toString(), "docs/install.md");
    Files.setPosixFilePermissions(home.resolve("cli/target"), PosixFilePermissions.fromString("rwx------"));
    assertThat(refusedToStranger(home.resolve("striatum"))).contains(home.resolve("cli/target").toString());
  }

  @Test
  void aJarThatIsGoneIsBuiltAgain() throws Exception {
    Path target = sources().resolve("cli/target");
    fakeJava(folder.resolve("jdk"));
    Files.delete(target.resolve("others.jar"));
    Path programs = Files.createDirectories(folder.resolve("programs"));
    Path maven = Files.writeString(programs.resolve("mvn"),
        "#!/bin/sh\ncd cli/target && touch others.jar && printf cli/target/others.jar >classpath.txt\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(said(Map.of("JAVA_HOME", folder.resolve("jdk").toString(), "PATH",
        programs + ":" + System.getenv("PATH")), folder.resolve("home/striatum").toString(), "demo")).last().asString()
        .contains(":" + target.resolve("others.jar") + " ");
    assertThat(target.resolve("others.jar")).exists();
  }

  @Test
  void aFolderThatNoClassPathCanNameIsRefused() throws Exception {
    Path launcher = distribution("a:b").resolve("striatum");
    Process process = new ProcessBuilder(launcher.toString()).redirectErrorStream(true).start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).hasLineCount(1)
        .contains(launcher.getParent().toString());
    assertThat(process.waitFor()).isEqualTo(2);
  }

  private static String classPath(List<String> said) {
    String words = said.getLast();
    return words.substring(words.lastIndexOf(" -cp ") + 5).split(" ", 2)[0];
  }

  /// Whoever does not ask for Spark starts as if it were not there; nor does a worker ask, whose words are its sender's.
  @Test
  void sparksJarsAreThereForWhoAsks() throws Exception {
    Path home = sources();
    Path unpacked = distribution("distribution");
    fakeJava(folder.resolve("jdk"));
    for (Path launcher : List.of(home.resolve("striatum"), unpacked.resolve("striatum"))) {
      Path jars = launcher.startsWith(home) ? home.resolve("spark/target/lib") : unpacked.resolve("lib/spark");
      for (List<String> words : List.of(List.of("--engine", "spark"), List.of("--engine=spark", "-o", "a b"))) {
        List<String> command = new ArrayList<>(List.of(launcher.toString(), "study", "here"));
        command.addAll(words);
        Map<String, String> java = Map.of("JAVA_HOME", folder.resolve("jdk").toString());
        assertThat(classPath(said(java, command.toArray(String[]::new)))).as("it was not built")
            .doesNotContain("spark");
        Files.createDirectories(jars);
        List<String> said = said(java, command.toArray(String[]::new));
        assertThat(classPath(said)).endsWith(":" + jars + "/*");
        assertThat(said).last().asString().contains(" --add-opens=java.base/java.lang=ALL-UNNAMED ")
            .endsWith(" org.striatum.cli.Striatum " + String.join(" ", command.subList(1, command.size())));
        command.addAll(List.of("--unit", "folder"));
        assertThat(classPath(said(java, command.toArray(String[]::new)))).doesNotContain("spark");
        for (List<String> others : List.of(List.of("study", "spark"), List.of("study", "--engine", "local", "spark"),
            List.of("study", "-o", "--engine/spark"))) {
          List<String> other = new ArrayList<>(List.of(launcher.toString()));
          other.addAll(others);
          assertThat(classPath(said(java, other.toArray(String[]::new)))).as(others.toString())
              .doesNotContain("/spark/");
        }
        Files.delete(jars);
      }
    }
  }
}
