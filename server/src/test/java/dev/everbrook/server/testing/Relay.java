package dev.everbrook.server.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One connection through the {@link ModelFront}: requests are read whole, answers are not. */
public final class Relay {

  private static final Pattern LENGTH = Pattern.compile("(?i)(content-length: *)(\\d+)");
  private static final Pattern WISH = Pattern.compile("\\bask (sim-[^\\s:]+):");

  private final Socket client;
  private final Socket provider;

  public Relay(Socket client, Socket provider) {
    this.client = client;
    this.provider = provider;
  }

  public void run() throws IOException {
    client.setTcpNoDelay(true);
    provider.setTcpNoDelay(true);
    Thread.ofVirtual().name("relay-back").start(this::back);
    InputStream in = new BufferedInputStream(client.getInputStream());
    OutputStream out = provider.getOutputStream();
    for (String head = head(in); !head.isEmpty(); head = head(in)) {
      Matcher length = LENGTH.matcher(head);
      if (length.find()) {
        byte[] body = wished(in.readNBytes(Integer.parseInt(length.group(2))));
        out.write(ascii(length.replaceFirst("$1" + body.length)));
        out.write(body);
      } else {
        out.write(ascii(head));
      }
      out.flush();
    }
  }

  /** Up to the empty line; nothing at the end of the connection. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int next = in.read(); next >= 0; next = in.read()) {
      head.write(next);
      last = last << 8 | next;
      if (last == 0x0d0a0d0a) {
        return head.toString(StandardCharsets.US_ASCII);
      }
    }
    return "";
  }

  private static byte[] wished(byte[] body) {
    ObjectNode request = (ObjectNode) JsonMapper.shared().readTree(body);
    String prompt = "";
    for (JsonNode message : request.path("messages")) {
      if (message.path("role").asString().equals("user")) {
        prompt = message.path("content").asString("");
      }
    }
    Matcher wish = WISH.matcher(prompt);
    return wish.find()
        ? JsonMapper.shared().writeValueAsBytes(request.put("model", wish.group(1)))
        : body;
  }

  private void back() {
    try {
      provider.getInputStream().transferTo(client.getOutputStream());
      client.close();
    } catch (IOException _) {
      reset();
    }
  }

  /** A broken line must look broken on this side too. */
  private void reset() {
    try {
      client.setSoLinger(true, 0);
      client.close();
    } catch (IOException _) {
      // Closed already.
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
