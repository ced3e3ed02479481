package dev.everbrook.server.chat;

/** The paths of a page's script, style and icon. */
record AssetLinks(String script, String style, String icon) {

  static AssetLinks of(Assets assets) {
    return new AssetLinks(assets.path("app.js"), assets.path("style.css"), assets.path("icon.svg"));
  }
}
