package dev.everbrook.server.chat;

/** Where a page finds its script, style and icon. */
record Links(String script, String style, String icon) {

  static Links of(Assets assets) {
    return new Links(assets.path("app.js"), assets.path("style.css"), assets.path("icon.svg"));
  }
}
