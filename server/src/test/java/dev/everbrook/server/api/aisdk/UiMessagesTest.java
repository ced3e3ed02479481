package dev.everbrook.server.api.aisdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.model.Message;
import dev.everbrook.server.http.HttpFailure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'state':'output-denied' | The tool was not run: the user denied the call.
          'state':'output-denied','approval':{'id':'a','approved':false,'reason':'Too dear.'} \
              | The tool was not run: the user denied the call. The reason: Too dear.
          'state':'approval-responded','approval':{'id':'a','approved':false} \
              | The tool was not run: the user denied the call.
          'state':'approval-responded','approval':{'id':'a','approved':true} \
              | The call was approved, but it has no result.
          'state':'approval-requested','approval':{'id':'a'} \
              | The tool was not run: the call has not been approved yet.
          'state':'input-available' | This call has no result.
          'state':'input-streaming' \
              | The call was cut off before its arguments were complete; the tool was not run.
          'state':'output-error','errorText':'broken' | broken
          'state':'output-available','output':{'a':1} | {"a":1}
          'state':'output-available','output':null | null
          'state':'of-a-later-version','output':'yes' | yes
          'state':'of-a-later-version' | This call has no result.
          'output':'yes' | yes
          """)
  void everyCallHasAResultThatSaysWhatBecameOfIt(String state, String content) {
    for (String type : List.of("'type':'tool-buy'", "'type':'dynamic-tool','toolName':'buy'")) {
      List<Message> turns =
          turns(
              ("[{'role':'assistant','parts':[{"
                      + type
                      + ",'toolCallId':'c','input':{'n':1},"
                      + state
                      + "}]}]")
                  .replace('\'', '"'));
      assertThat(turns)
          .containsExactly(
              new Message.Wire(
                  "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\","
                      + "\"type\":\"function\",\"function\":"
                      + "{\"name\":\"buy\",\"arguments\":\"{\\\"n\\\":1}\"}}]}"),
              new Message.Wire(
                  JsonMapper.shared()
                      .createObjectNode()
                      .put("role", "tool")
                      .put("tool_call_id", "c")
                      .put("content", content)
                      .toString()));
    }
  }

  @Test
  void reasoningGoesBackWithItsCallsUnderItsNameAndWithWhatWasKept() {
    List<Message> turns =
        turns(
            """
            [{"role":"user","parts":[{"type":"text","text":"why?"}]},
             {"role":"assistant","parts":[{"type":"step-start"},
               {"type":"reasoning","text":"Hm","providerMetadata":{"everbrook":{"keep":
                 {"as":"reasoning","fields":{"reasoning_details":[{"signature":"S"}],
                  "role":"system"}}}}},
               {"type":"tool-look","toolCallId":"c1","state":"output-available","input":{},
                "output":"x","callProviderMetadata":{"everbrook":{"keep":{"fields":
                 {"extra_content":{"google":{"thought_signature":"T"}},"id":"evil"}}}}},
               {"type":"step-start"},{"type":"reasoning","text":"So"},
               {"type":"text","text":"Yes."}]}]
            """);
    assertThat(turns.get(1))
        .isEqualTo(
            new Message.Wire(
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\","
                    + "\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"},"
                    + "\"extra_content\":{\"google\":{\"thought_signature\":\"T\"}}}],"
                    + "\"reasoning\":\"Hm\",\"reasoning_details\":[{\"signature\":\"S\"}]}"));
    assertThat(turns.getLast())
        .isEqualTo(
            new Message.Wire(
                "{\"role\":\"assistant\",\"content\":\"Yes.\",\"reasoning_content\":\"So\"}"));
  }

  @Test
  void reasoningStaysWithThePageWhereNoToolWasCalled() {
    assertThat(
            turns(
                """
                [{"role":"assistant","parts":[{"type":"reasoning","text":"Hm"},
                   {"type":"text","text":"Yes."}]}]
                """))
        .containsExactly(Message.assistant("Yes."));
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
