package dev.everbrook.server.api.aisdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.model.Message;
import dev.everbrook.server.http.HttpFailure;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What useChat keeps, and what a model is asked. */
class UiMessagesTest {

  @Test
  void textIsPlain() {
    assertThat(
            turns(
                """
                [{"role":"system","parts":[{"type":"text","text":"Be kind."}]},
                 {"role":"user","parts":[{"type":"text","text":"Hi"},{"type":"data-x","data":1}]},
                 {"role":"assistant","parts":[{"type":"step-start"},
                   {"type":"reasoning","text":"hm"},{"type":"text","text":"Hello"}]}]
                """))
        .containsExactly(
            Message.system("Be kind."), Message.user("Hi"), Message.assistant("Hello"));
  }

  @Test
  void aPictureGoesAlong() {
    assertThat(
            turns(
                """
                [{"role":"user","parts":[{"type":"text","text":"What is it?"},
                   {"type":"file","mediaType":"image/png","url":"data:image/png;base64,AA"}]}]
                """))
        .containsExactly(
            new Message.Wire(
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is it?\"},"
                    + "{\"type\":\"image_url\",\"image_url\":"
                    + "{\"url\":\"data:image/png;base64,AA\"}}]}"));
  }

  @Test
  void aToolThatAnsweredIsACallAndItsResultAndTheNextStepATurnOfItsOwn() {
    assertThat(
            turns(
                """
                [{"role":"assistant","parts":[{"type":"step-start"},
                   {"type":"text","text":"Let me see."},
                   {"type":"tool-weather","toolCallId":"c1","state":"output-available",
                    "input":{"city":"Ulm"},"output":{"sun":true}},
                   {"type":"dynamic-tool","toolName":"time","toolCallId":"c2",
                    "state":"output-error","input":{},"errorText":"broken"},
                   {"type":"tool-weather","toolCallId":"c3","state":"input-available","input":{}},
                   {"type":"step-start"},{"type":"text","text":"Sunny."}]}]
                """))
        .containsExactly(
            new Message.Wire(
                "{\"role\":\"assistant\",\"content\":\"Let me see.\",\"tool_calls\":["
                    + "{\"id\":\"c1\",\"type\":\"function\",\"function\":"
                    + "{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Ulm\\\"}\"}},"
                    + "{\"id\":\"c2\",\"type\":\"function\",\"function\":"
                    + "{\"name\":\"time\",\"arguments\":\"{}\"}}]}"),
            new Message.Wire(
                "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"{\\\"sun\\\":true}\"}"),
            new Message.Wire("{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"broken\"}"),
            Message.assistant("Sunny."));
  }

  @Test
  void aCallIsRepeatedWithAnObjectWhateverItWasMadeWith() {
    List<String> made =
        List.of(
            "\"rawInput\":{\"city\":7}",
            "\"rawInput\":\"{\\\"city\\\":7}\"",
            "\"input\":null,\"rawInput\":\"{\\\"city\"",
            "\"input\":\"Ulm\"",
            "\"x\":0");
    assertThat(made)
        .extracting(input -> {
          String call =
              "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool-weather\",\"toolCallId\":\"c\","
                  + "\"state\":\"output-error\",\"errorText\":\"no such city\","
                  + input
                  + "}]}]";
          Message.Wire turn = (Message.Wire) turns(call).getFirst();
          return JsonMapper.shared()
              .readTree(turn.json())
              .at("/tool_calls/0/function/arguments")
              .asString();
        })
        .containsExactly("{\"city\":7}", "{\"city\":7}", "{}", "{}", "{}");
  }

  @Test
  void whatIsNoMessageIsNamed() {
    assertThatThrownBy(() -> turns("[{\"role\":\"user\",\"parts\":[]},{\"role\":\"user\"}]"))
        .isInstanceOf(HttpFailure.class)
        .hasMessageContaining("messages[1].parts");
  }

  private static List<Message> turns(String json) {
    return UiMessages.turns(JsonMapper.shared().readTree(json));
  }
}
