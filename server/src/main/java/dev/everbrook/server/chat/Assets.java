package dev.everbrook.server.chat;

import dev.everbrook.server.http.ContentCodings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The bundled scripts and styles of {@code web}, held in memory. Immutable, safe for any thread.
 */
public final class Assets {
  private static final String HOME = "/dev/everbrook/web/";
  private static final Map<String, String> SUFFIXES =
      Map.of(ContentCodings.GZIP, ".gz", ContentCodings.BROTLI, ".br");

  private final Map<String, String> nameByLogicalName;
  private final Map<String, Asset> assetByName;

  private Assets(Map<String, String> nameByLogicalName, Map<String, Asset> assetByName) {
    this.nameByLogicalName = Map.copyOf(nameByLogicalName);
    this.assetByName = Map.copyOf(assetByName);
  }

  /** Reads all assets from the class path; throws if the module {@code web} was not built. */
  public static Assets load() {
    Map<String, String> manifest =
        JsonMapper.shared()
            .readValue(read("manifest.json"), new TypeReference<Map<String, String>>() {});
    Map<String, Asset> assets = new HashMap<>();
    for (String name : manifest.values()) {
      assets.put(name, new Asset(name, contentType(name), forms(name)));
    }
    return new Assets(manifest, assets);
  }

  /** Returns the file with this hashed name, the last part of {@code /assets/{file}}. */
  public Optional<Asset> asset(String name) {
    return Optional.ofNullable(assetByName.get(name));
  }

  /** Returns the path of the asset {@code logicalName}, for example {@code app.js}. */
  String path(String logicalName) {
    String name = nameByLogicalName.get(logicalName);
    if (name == null) {
      throw new IllegalArgumentException("The bundle of web/ has no " + logicalName);
    }
    return "/assets/" + name;
  }

  private static Map<String, byte[]> forms(String name) {
    Map<String, byte[]> forms = new HashMap<>();
    forms.put(ContentCodings.IDENTITY, read("assets/" + name));
    SUFFIXES.forEach((coding, suffix) -> {
      String path = "assets/" + name + suffix;
      if (Assets.class.getResource(HOME + path) != null) {
        forms.put(coding, read(path));
      }
    });
    return forms;
  }

  static byte[] read(String path) {
    try (InputStream in = Assets.class.getResourceAsStream(HOME + path)) {
      if (in == null) {
        throw new IllegalStateException(
            "The class path lacks " + HOME + path + ": build the module web");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String contentType(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "js" -> "text/javascript; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "svg" -> "image/svg+xml";
      case "woff2" -> "font/woff2";
      default -> throw new IllegalStateException("No content type is known for the asset " + name);
    };
  }
}
