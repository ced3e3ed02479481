package dev.everbrook.server.chat;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Renders the pages of the chat as UTF-8 HTML. Safe for any thread. A page of 50 long answers takes
 * about 50 ms of a core, so do not render it on the event loop.
 */
public final class Pages {
  /** How long a browser without scripts rests before it tries again, in seconds. */
  static final int AGAIN_S = 5;

  /** How often a failed page tries again by itself: for five minutes. */
  static final int TRIES_MAX = 60;

  private static final int NO_MORE = 0;
  private static final int TITLE_MAX_CHARS = 60;

  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Pages.class.getClassLoader(), Pages.class.getPackageName());
  private final PageContext context;
  private final AssetLinks links;

  public Pages(PageContext context, Assets assets) {
    this.context = context;
    this.links = AssetLinks.of(assets);
  }

  /** Renders the page for a new chat. {@code chats} are newest first, here and below. */
  public byte[] home(List<ChatSummary> chats) {
    return page(chats, "", "", List.of());
  }

  /** Renders a chat. */
  public byte[] chat(List<ChatSummary> chats, ChatView chat) {
    return page(chats, chat.chatId(), title(chats, chat), chat.messages());
  }

  /** Renders the page for a missing chat; send it with status 404. */
  public byte[] noChat(String chatId) {
    return render(
        "failure.jte",
        Map.of(
            "links",
            links,
            "heading",
            "Page not found",
            "text",
            "The chat does not exist, was deleted, or belongs to another person.",
            "chat",
            chatId,
            "again",
            NO_MORE));
  }

  /**
   * Renders the page for a failed request. If waiting may help, the page tries again by itself: its
   * script asks until the server answers, and a browser without scripts is redirected to the same
   * address, {@link #TRIES_MAX} times at most.
   *
   * @param message the cause, for the reader
   * @param tries how often this browser has tried already
   */
  public byte[] failure(int status, String message, int tries) {
    String heading =
        switch (status) {
          case 404 -> "Page not found";
          case 503 -> "One moment, please";
          case 500 -> "Something went wrong";
          default -> "Something went wrong";
        };
    int again = status == 503 && tries < TRIES_MAX ? tries + 1 : NO_MORE;
    return render(
        "failure.jte",
        Map.of("links", links, "heading", heading, "text", message, "chat", "", "again", again));
  }

  private byte[] page(
      List<ChatSummary> chats, String chatId, String title, List<MessageView> messages) {
    Map<String, Object> params = new HashMap<>();
    params.put("context", context);
    params.put("links", links);
    params.put("chats", chats);
    params.put("chatId", chatId);
    params.put("title", title);
    params.put("messages", messages);
    params.put("blankQuestion", MessageView.question("", ""));
    params.put("blankAnswer", MessageView.blankAnswer(context.simulated()));
    params.put("blankChat", ChatSummary.BLANK);
    params.put("remarks", Remark.all());
    return render("page.jte", params);
  }

  private byte[] render(String template, Map<String, Object> params) {
    var output = new Utf8ByteOutput();
    templates.render(template, params, output);
    return output.toByteArray();
  }

  /**
   * The title of a chat; an old chat may be missing from the list and is then named by its first
   * question.
   */
  private static String title(List<ChatSummary> chats, ChatView chat) {
    return chats.stream()
        .filter(it -> it.chatId().equals(chat.chatId()))
        .map(ChatSummary::shownTitle)
        .findFirst()
        .or(() -> chat.messages().stream().map(MessageView::text).findFirst().map(Pages::shortened))
        .orElse("Untitled");
  }

  private static String shortened(String text) {
    int end = Math.min(text.length(), TITLE_MAX_CHARS);
    boolean splits = end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
    return text.substring(0, splits ? end - 1 : end);
  }
}
