package dev.everbrook.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client at the other end of a connection: what is sent to it, byte for byte, and whether it is
 * still there. One thread writes; the thread that reads calls {@link #left}.
 */
final class Client {

  private static final byte[] CHUNK_END = ascii("\r\n");
  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");

  private final Socket socket;
  private final OutputStream out;
  private final Journal journal;
  private final CountDownLatch gone = new CountDownLatch(1);
  private volatile @Nullable Call call;
  private boolean byteByByte;

  Client(Socket socket, Journal journal) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.journal = journal;
  }

  /** What is sent from now on belongs to this call. */
  void serve(Call opened) {
    call = opened;
    if (isGone()) {
      left();
    }
  }

  /** Called once nothing can be read from the client any more. */
  void left() {
    gone.countDown();
    Call serving = call;
    if (serving != null) {
      journal.closed(serving, Call.Side.CLIENT, false);
    }
  }

  boolean isGone() {
    return gone.getCount() == 0;
  }

  /** Waits; false if the client left meanwhile. */
  boolean pause(long nanos) throws InterruptedException {
    return nanos <= 0 ? !isGone() : !gone.await(nanos, TimeUnit.NANOSECONDS);
  }

  /** Waits until the client leaves (or the simulator is closed, which breaks the connection). */
  void waitUntilGone() throws InterruptedException {
    gone.await();
  }

  /** Sends a whole response. */
  void respond(int status, String type, Map<String, String> headers, byte[] body)
      throws IOException {
    StringBuilder head = head(status, type);
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    var all = new ByteArrayOutputStream();
    all.writeBytes(ascii(head.toString()));
    all.writeBytes(body);
    closed(true);
    send(all.toByteArray(), 0);
    call = null;
  }

  /** Begins a response in chunks. */
  void begin(boolean oneByteAWrite) throws IOException {
    byteByByte = oneByteAWrite;
    send(ascii(head(200, "text/event-stream") + "Transfer-Encoding: chunked\r\n\r\n"), 0);
  }

  /** Sends these bytes as one chunk, or each as its own, and counts the tokens they carry. */
  void write(byte[] bytes, int tokens) throws IOException {
    if (byteByByte) {
      for (byte b : bytes) {
        send(chunk(new byte[] {b}), 0);
      }
      send(new byte[0], tokens);
    } else if (bytes.length > 0) {
      send(chunk(bytes), tokens);
    }
  }

  /** Ends the response in chunks properly; {@code finished} says whether all was said. */
  void end(boolean finished) throws IOException {
    closed(finished);
    send(LAST_CHUNK, 0);
    call = null;
  }

  /** Breaks the connection with a reset. */
  void reset() throws IOException {
    closed(false);
    call = null;
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Noted just before the last bytes leave, since a client may hang up as soon as it has them. */
  private void closed(boolean finished) {
    Call serving = call;
    if (serving != null) {
      journal.closed(serving, Call.Side.SERVER, finished);
    }
  }

  private void send(byte[] bytes, int tokens) throws IOException {
    out.write(bytes);
    Call serving = call;
    if (serving != null) {
      journal.sent(serving, bytes.length, tokens);
    }
  }

  private static byte[] chunk(byte[] bytes) {
    var chunk = new ByteArrayOutputStream(bytes.length + 12);
    chunk.writeBytes(ascii(Integer.toHexString(bytes.length) + "\r\n"));
    chunk.writeBytes(bytes);
    chunk.writeBytes(CHUNK_END);
    return chunk.toByteArray();
  }

  private static StringBuilder head(int status, String type) {
    return new StringBuilder("HTTP/1.1 " + status + " Simulated\r\nContent-Type: " + type + "\r\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
