package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is sent of a conversation. */
final class RequestBodyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'role':'assistant','content':''}",
        "{'role':'assistant','content':null}",
        "{'role':'assistant'}",
        "{'role':'assistant','content':' \\n'}",
        "{'role':'assistant','content':[]}",
        "{'role':'assistant','content':[{'type':'text','text':''}]}",
        "{'role':'assistant','content':'','tool_calls':[],'refusal':null,'name':'n'}",
        "{'role':'assistant','content':'','reasoning_content':'Hm'}"
      })
  void anAssistantsMessageThatSaysNothingIsLeftOut(String message) {
    assertThat(roles(wire(message))).containsExactly("user", "user");
  }

  @Test
  void anEmptyAnswerOfAChatIsLeftOut() {
    assertThat(roles(Message.assistant(""))).containsExactly("user", "user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'role':'assistant','content':'a'}",
        "{'role':'assistant','content':[{'type':'text','text':'a'}]}",
        "{'role':'assistant','content':[{'type':'image_url','image_url':{'url':'u'}}]}",
        "{'role':'assistant','content':null,'refusal':'No.'}",
        "{'role':'assistant','content':null,'audio':{'id':'a'}}",
        "{'role':'assistant','content':null,'tool_calls':[{'id':'x'}]}",
        "{'role':'assistant','content':'','function_call':{'name':'f','arguments':''}}",
        "{'role':'tool','tool_call_id':'x','content':''}",
        "{'role':'user','content':''}"
      })
  void aMessageThatSaysSomethingIsSentAsItIs(String message) {
    JsonNode sent = messages(wire(message)).get(1);
    assertThat(sent).isEqualTo(Json.MAPPER.readTree(Heard.json(message)[0]));
  }

  private static Message wire(String json) {
    return new Message.Wire(Heard.json(json)[0]);
  }

  private static List<String> roles(Message between) {
    return messages(between).valueStream().map(it -> Json.text(it, "role")).toList();
  }

  private static JsonNode messages(Message between) {
    List<Message> said = List.of(Message.user("a"), between, Message.user("b"));
    return Json.MAPPER.readTree(RequestBody.of(ModelRequest.of("m", said), false)).path("messages");
  }
}
