package dev.everbrook.server.chat;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws the pages of the chat as UTF-8 HTML. Safe for any thread. A page of 50 long answers takes
 * some 50 ms of a core, so draw it off the event loop.
 */
public final class Pages {
  private static final int TITLE_MAX_CHARS = 60;

  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Pages.class.getClassLoader(), Pages.class.getPackageName());
  private final PageContext context;
  private final Links links;

  public Pages(PageContext context, Assets assets) {
    this.context = context;
    this.links = Links.of(assets);
  }

  /** Draws the page on which a new chat begins. {@code chats} are newest first, here and below. */
  public byte[] home(List<ChatSummary> chats) {
    return page(chats, "", "", List.of());
  }

  /** Draws a chat. */
  public byte[] chat(List<ChatSummary> chats, ChatView chat) {
    return page(chats, chat.chatId(), title(chats, chat), chat.messages());
  }

  /** Draws the page for an address that leads nowhere; send it with status 404. */
  public byte[] notFound() {
    return render("missing.jte", Map.of("links", links));
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
    return render("page.jte", params);
  }

  private byte[] render(String template, Map<String, Object> params) {
    var output = new Utf8ByteOutput();
    templates.render(template, params, output);
    return output.toByteArray();
  }

  /** The list need not hold an old chat: then its first question names it. */
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
