package org.striatum.reports.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A real browser without a window, spoken to over its debugging protocol: opens a page exactly as it lies on the disk,
/// sets the width and colour scheme, evaluates expressions, and hears every request and every complaint.
public final class HeadlessChromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 60;

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private String session = "";

  /// Starts this machine's browser. Where there is none, the test that asks is skipped and says so.
  ///
  /// @param profile folder that the browser writes to
  public static HeadlessChromium orSkip(Path profile) throws Exception {
    Optional<Path> installed = Stream.of("chromium", "chromium-browser", "google-chrome")
        .map(Path.of("/usr/bin")::resolve).filter(Files::isExecutable).findFirst();
    assumeTrue(installed.isPresent(), "no Chromium on this machine: install one to run the browser tests");
    return new HeadlessChromium(installed.orElseThrow(), profile);
  }

  private HeadlessChromium(Path executable, Path profile) throws Exception {
    process = new ProcessBuilder(executable.toString(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--hide-scrollbars",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
        "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank").redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.PIPE).start();
    socket = client.newWebSocketBuilder().buildAsync(address(), new Listener()).get(SECONDS, TimeUnit.SECONDS);
    String target = call("Target.createTarget", JSON.createObjectNode().put("url", "about:blank")).get("targetId")
        .asText();
    session = call("Target.attachToTarget", JSON.createObjectNode().put("targetId", target).put("flatten", true))
        .get("sessionId").asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", JSON.createObjectNode());
    }
  }

  /// Opens a file and waits until its script says that every chart is drawn.
  public void open(Path file, int width, boolean dark) throws Exception {
    requests.clear();
    complaints.clear();
    call("Emulation.setDeviceMetricsOverride", JSON.createObjectNode().put("width", width).put("height", 900)
        .put("deviceScaleFactor", 1).put("mobile", width < 500));
    scheme(dark);
    call("Page.navigate", JSON.createObjectNode().put("url", "about:blank"));
    call("Page.navigate", JSON.createObjectNode().put("url", file.toUri().toString()));
    waitFor("document.documentElement?.dataset.drawn !== undefined");
  }

  /// Switches the reader's preference between light and dark.
  public void scheme(boolean dark) throws Exception {
    scheme(dark, "");
  }

  /// The page as paper has it, at the width of a sheet.
  public void paper(int width) throws Exception {
    scheme(false, "print");
    call("Emulation.setDeviceMetricsOverride", JSON.createObjectNode().put("width", width).put("height", 900)
        .put("deviceScaleFactor", 1).put("mobile", false));
  }

  private void scheme(boolean dark, String kind) throws Exception {
    ObjectNode media = JSON.createObjectNode().put("media", kind);
    media.putArray("features").addObject().put("name", "prefers-color-scheme").put("value", dark ? "dark" : "light");
    call("Emulation.setEmulatedMedia", media);
  }

  /// Evaluates an expression in the page, waiting where it is a promise.
  public JsonNode evaluate(String expression) throws Exception {
    JsonNode result = call("Runtime.evaluate", JSON.createObjectNode().put("expression", expression)
        .put("returnByValue", true).put("awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException("the page threw: " + result.get("exceptionDetails"));
    }
    return result.get("result").path("value");
  }

  public void waitFor(String condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!evaluate("location.href !== 'about:blank' && (" + condition + ")").asBoolean()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException("the page never reached: " + condition + "; it said " + complaints);
      }
      Thread.sleep(50);
    }
  }

  /// Clicks the middle of an element, as a mouse would.
  public void click(String selector) throws Exception {
    JsonNode place = place(selector);
    for (String event : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
      ObjectNode mouse = JSON.createObjectNode().put("type", event).put("x", place.get("x").asDouble())
          .put("y", place.get("y").asDouble());
      call("Input.dispatchMouseEvent",
          event.equals("mouseMoved") ? mouse : mouse.put("button", "left").put("clickCount", 1));
    }
  }

  /// Moves the mouse over the middle of an element.
  public void hover(String selector) throws Exception {
    JsonNode place = place(selector);
    call("Input.dispatchMouseEvent", JSON.createObjectNode().put("type", "mouseMoved")
        .put("x", place.get("x").asDouble()).put("y", place.get("y").asDouble()));
  }

  /// Taps the middle of an element with a finger.
  public void tap(String selector) throws Exception {
    call("Emulation.setTouchEmulationEnabled", JSON.createObjectNode().put("enabled", true));
    ObjectNode touch = JSON.createObjectNode().put("type", "touchStart");
    JsonNode place = place(selector);
    touch.putArray("touchPoints").addObject().put("x", place.get("x").asDouble()).put("y", place.get("y").asDouble());
    call("Input.dispatchTouchEvent", touch);
    ObjectNode end = JSON.createObjectNode().put("type", "touchEnd");
    end.putArray("touchPoints");
    call("Input.dispatchTouchEvent", end);
    call("Emulation.setTouchEmulationEnabled", JSON.createObjectNode().put("enabled", false));
  }

  /// Presses and releases a key, e.g. `Tab` with code 9.
  public void press(String key, int code) throws Exception {
    for (String event : List.of("rawKeyDown", "keyUp")) {
      call("Input.dispatchKeyEvent", JSON.createObjectNode().put("type", event).put("key", key).put("code", key)
          .put("windowsVirtualKeyCode", code));
    }
  }

  /// Where the middle of an element is, once it is in sight.
  private JsonNode place(String selector) throws Exception {
    evaluate("document.querySelector(\"" + selector + "\").scrollIntoView({block: 'center'})");
    return evaluate(
        "(box => ({x: box.x + box.width / 2, y: box.y + box.height / 2}))(document.querySelector(\""
            + selector + "\").getBoundingClientRect())");
  }

  /// The whole page as a picture.
  public void screenshot(Path file) throws Exception {
    JsonNode size = call("Page.getLayoutMetrics", JSON.createObjectNode()).get("cssContentSize");
    ObjectNode options = JSON.createObjectNode().put("format", "png").put("captureBeyondViewport", true);
    options.putObject("clip").put("x", 0).put("y", 0).put("width", size.get("width").asDouble())
        .put("height", size.get("height").asDouble()).put("scale", 1);
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(call("Page.captureScreenshot", options).get("data").asText()));
  }

  /// The page as it would be printed.
  public void print(Path file) throws Exception {
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(call("Page.printToPDF",
        JSON.createObjectNode().put("printBackground", true)).get("data").asText()));
  }

  /// Every address the page asked for, the page itself and what its own scripts made left out.
  public List<String> requests() {
    return requests.stream()
        .filter(url -> !url.startsWith("data:") && !url.startsWith("blob:") && !url.equals("about:blank")).toList();
  }

  /// Every error and warning in the console and every exception nobody caught.
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// Asks the browser to end, so that it leaves its profile alone, and insists after a while.
  @Override
  public void close() {
    socket.sendText(JSON.createObjectNode().put("id", 0).put("method", "Browser.close").toString(), true).join();
    process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    process.destroyForcibly().onExit().join();
    client.shutdownNow();
  }

  /// The browser prints where it listens.
  private URI address() throws IOException {
    String mark = "DevTools listening on ";
    List<String> printed = new ArrayList<>();
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith(mark)) {
        Thread.ofVirtual().start(() -> reader.lines().forEach(_ -> {}));
        return URI.create(line.substring(mark.length()));
      }
      printed.add(line);
    }
    throw new IOException("the browser did not start: " + printed);
  }

  private JsonNode call(String method, ObjectNode parameters)
      throws InterruptedException, ExecutionException, TimeoutException {
    int number = numbers.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", number).put("method", method);
    message.set("params", parameters);
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(number, answer);
    socket.sendText(message.toString(), true).get(SECONDS, TimeUnit.SECONDS);
    JsonNode reply = answer.get(SECONDS, TimeUnit.SECONDS);
    if (reply.has("error")) {
      throw new IllegalStateException(method + " failed: " + reply.get("error"));
    }
    return reply.get("result");
  }

  private void hear(JsonNode message) {
    if (message.has("id")) {
      CompletableFuture<JsonNode> waiting = answers.remove(message.get("id").asInt());
      if (waiting != null) {
        waiting.complete(message);
      }
      return;
    }
    JsonNode parameters = message.path("params");
    switch (message.path("method").asText()) {
      case "Network.requestWillBeSent" -> requests.add(parameters.at("/request/url").asText());
      case "Runtime.exceptionThrown" -> complaints.add(parameters.get("exceptionDetails").toString());
      case "Log.entryAdded" -> complaints.add(parameters.get("entry").toString());
      case "Runtime.consoleAPICalled" -> complaints.add(parameters.get("args").toString());
      default -> {
      }
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        try {
          hear(JSON.readTree(text.toString()));
        } catch (IOException e) {
          complaints.add("unreadable message from the browser: " + e);
        }
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }
}
