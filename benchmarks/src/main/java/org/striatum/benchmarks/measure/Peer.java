package org.striatum.benchmarks.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A Python script of `benchmarks/peers` in its own process: it reads JSON requests and writes JSON answers, one per line.
///
/// The interpreter is the environment's `PYTHON`, otherwise python3. The caller that starts a peer closes it.
public final class Peer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String script;
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;
  private final JsonNode greeting;

  private Peer(String script, List<String> arguments) throws IOException {
    this.script = script;
    List<String> command = new ArrayList<>(List.of(System.getenv().getOrDefault("PYTHON", "python3"),
        Path.of(System.getProperty("striatum.home"), "benchmarks", "peers", script).toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(Map.of("HF_HUB_OFFLINE", "1", "TRANSFORMERS_OFFLINE", "1"));
    this.process = builder.start();
    this.answers = process.inputReader();
    this.requests = process.outputWriter();
    this.greeting = answer();
  }

  /// Starts a script and waits for its first line.
  ///
  /// @throws PeerMissing if there is no interpreter, or a package is missing
  static Peer start(String script, String... arguments) throws IOException, PeerMissing {
    Peer peer;
    try {
      peer = new Peer(script, List.of(arguments));
    } catch (IOException failed) {
      throw new PeerMissing(script + " did not start: " + failed.getMessage());
    }
    if (peer.greeting.has("missing")) {
      peer.close();
      throw new PeerMissing(script + ": " + peer.greeting.get("missing").asText()
          + " (set PYTHON to an interpreter with torch, transformers and scikit-learn)");
    }
    return peer;
  }

  /// The first line: versions, or the whole answer.
  public JsonNode greeting() {
    return greeting;
  }

  /// Sends a request and returns the answer.
  public JsonNode say(Map<String, Object> request) throws IOException {
    requests.write(JSON.writeValueAsString(request) + "\n");
    requests.flush();
    return answer();
  }

  /// Sends a request for work that the peer measures.
  public Sample ask(Map<String, Object> request) throws IOException {
    JsonNode answer = say(request);
    return new Sample(answer.get("seconds").asDouble(), answer.get("cpu").asDouble(), answer.get("work").asDouble(),
        answer.get("checksum").asDouble());
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(script + " ended without an answer: run the script by hand to see why");
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() {
    process.destroy();
  }

  /// The peer cannot run here: its figures are left out.
  static final class PeerMissing extends Exception {
    private static final long serialVersionUID = 1;

    PeerMissing(String reason) {
      super(reason);
    }
  }
}
