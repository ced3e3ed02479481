package dev.everbrook.server.chat;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.server.http.ContentCodings;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The pages of the chat, and the files they need. Safe for use by many threads. */
public final class ChatPages {

  private final Chats chats;
  private final Pages pages;
  private final Assets assets;

  public ChatPages(Chats chats, Pages pages, Assets assets) {
    this.chats = chats;
    this.pages = pages;
    this.assets = assets;
  }

  public void on(Routes routes) {
    routes.browsers(this::failure);
    routes.get("/", this::home).get("/c/:chat", this::chat).get("/assets/:file", this::asset);
  }

  private Reply home(Request request) {
    return Reply.html(200, pages.home(chats.list(request.principal())));
  }

  private Reply chat(Request request) {
    Principal principal = request.principal();
    Optional<UUID> id = Request.uuid(request.path().getOrDefault("chat", ""));
    return id.flatMap(it -> chats.messages(principal, it))
        .map(messages -> new ChatView(id.orElseThrow().toString(), views(messages)))
        .map(view -> Reply.html(200, pages.chat(chats.list(principal), view)))
        .orElseGet(() -> Reply.html(404, pages.noChat(request.path().getOrDefault("chat", ""))));
  }

  /** The page for a browser whose navigation failed. */
  private Reply failure(int status, String message, int tries) {
    Reply.Body page = (Reply.Body) Reply.html(status, pages.failure(status, message, tries));
    Map<String, String> headers = new HashMap<>(page.headers());
    headers.put("vary", "accept");
    if (status == 503) {
      headers.put("retry-after", Integer.toString(Pages.AGAIN_S));
    }
    return new Reply.Body(status, page.contentType(), page.bytes(), headers);
  }

  private Reply asset(Request request) {
    return assets
        .asset(request.path().getOrDefault("file", ""))
        .map(it -> asset(request, it))
        .orElseThrow(() -> HttpFailure.notFound("There is no such file."));
  }

  private static Reply asset(Request request, Asset asset) {
    String coding = asset.coding(request.header("accept-encoding"));
    String etag = asset.etag(coding);
    Map<String, String> headers = new HashMap<>();
    headers.put("cache-control", Asset.CACHE_CONTROL);
    headers.put("vary", "accept-encoding");
    headers.put("etag", etag);
    if (request.header("if-none-match").filter(it -> it.contains(etag)).isPresent()) {
      return new Reply.Empty(304, headers);
    }
    if (!coding.equals(ContentCodings.IDENTITY)) {
      headers.put("content-encoding", coding);
    }
    return new Reply.Body(200, asset.contentType(), asset.bytes(coding), headers);
  }

  private static List<MessageView> views(List<ChatMessage> messages) {
    return messages.stream().map(MessageView::of).toList();
  }
}
