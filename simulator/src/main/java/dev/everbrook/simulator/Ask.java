package dev.everbrook.simulator;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a request for a completion asks, as far as the simulator looks at it. */
record Ask(
    String model,
    List<Turn> messages,
    boolean stream,
    boolean usage,
    int tokensMax,
    List<ToolCall.Tool> tools) {

  static Ask of(JsonNode body) {
    List<Turn> messages = new ArrayList<>();
    for (JsonNode message : body.path("messages")) {
      messages.add(new Turn(message.path("role").asString(""), content(message.path("content"))));
    }
    return new Ask(
        body.path("model").asString(""),
        List.copyOf(messages),
        body.path("stream").asBoolean(false),
        body.at("/stream_options/include_usage").asBoolean(false),
        body.path("max_completion_tokens").asInt(body.path("max_tokens").asInt(Integer.MAX_VALUE)),
        tools(body.path("tools")));
  }

  private static List<ToolCall.Tool> tools(JsonNode offered) {
    List<ToolCall.Tool> tools = new ArrayList<>();
    for (JsonNode tool : offered) {
      JsonNode function = tool.path("function");
      tools.add(new ToolCall.Tool(function.path("name").asString(""), function.path("parameters")));
    }
    return List.copyOf(tools);
  }

  /** A string, or an array of parts of which only the text counts. */
  private static String content(JsonNode content) {
    if (content.isString()) {
      return content.stringValue();
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      text.append(part.path("text").asString(""));
    }
    return text.toString();
  }
}
