package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The shapes in which providers send chunks. */
class AnswerReaderTest {

  private final Queue<ModelEvent> events = new ArrayDeque<>();
  private final AnswerReader answer = new AnswerReader("asked", events);

  @Test
  void aFirstChunkWithoutContentOnlyStarts() {
    read(
        "{'id':'c','model':'m','choices':[{'index':0,'delta':{'role':'assistant','content':null}}]}");
    read(
        "{'id':'c','model':'m','choices':[{'index':0,'delta':{'role':'assistant','content':''}}]}");
    assertThat(events).containsExactly(new ModelEvent.Started("c", "m"));
    assertThat(answer.spoke()).isFalse();
  }

  @Test
  void aChunkAboutThePromptDoesNotStartTheAnswer() {
    read("{'id':'','model':'','choices':[],'prompt_filter_results':[{'prompt_index':0}]}");
    assertThat(events).isEmpty();
    text("a");
    assertThat(events).containsExactly(new ModelEvent.Started("", "asked"), said("a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[],'usage':{'prompt_tokens':3,'completion_tokens':4}}",
        "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'completion_tokens':4}}",
        "{'choices':[{'index':0,'delta':{}}],'usage':{'prompt_tokens':3,'completion_tokens':4}}",
        "{'choices':[{}],'usage':{'input_tokens':3,'output_tokens':4}}",
        "{'choices':[{'index':0,'delta':{},'usage':{'prompt_tokens':3,'completion_tokens':4}}]}",
        "{'choices':[],'x_groq':{'usage':{'prompt_tokens':3,'completion_tokens':4}}}",
        "{'choices':[],'timings':{'prompt_n':3,'predicted_n':4}}"
      })
  void usageIsFoundInAllItsPlaces(String chunk) {
    read(chunk);
    assertThat(answer.usage()).contains(new Usage(3, 4));
  }

  @Test
  void usageThatIsNullChangesNothingAndTheLastCountWins() {
    read("{'choices':[],'usage':{'prompt_tokens':3,'completion_tokens':1}}");
    read("{'choices':[],'usage':{'prompt_tokens':3,'completion_tokens':2}}");
    read("{'choices':[],'usage':null}");
    read("{'choices':[],'usage':{}}");
    assertThat(answer.usage()).contains(new Usage(3, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'reasoning_content':'hm'}",
        "{'reasoning':'hm'}",
        "{'reasoning':'hm','reasoning_content':'hm'}",
        "{'reasoning':'hm','reasoning_details':[{'type':'reasoning.text','text':'hm'}]}",
        "{'reasoning_details':[{'type':'reasoning.text','text':'hm'}]}",
        "{'content':[{'type':'thinking','thinking':[{'type':'text','text':'hm'}]}]}"
      })
  void thinkingIsReadOnceUnderAllItsNames(String delta) {
    delta(delta);
    assertThat(events)
        .containsExactly(new ModelEvent.Started("", "asked"), new ModelEvent.Thinking("hm"));
  }

  @Test
  void contentInPartsIsJoined() {
    delta("{'content':[{'type':'text','text':'a'},{'type':'image'},{'type':'text','text':'b'}]}");
    assertThat(events).contains(said("ab"));
  }

  @Test
  void aRefusalIsARefusal() {
    delta("{'refusal':'no'}");
    assertThat(events).contains(new ModelEvent.Refusal("no"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'index':0,'finish_reason':null,'content_filter_offsets':{'check_offset':1}}]}",
        "{'choices':[{'index':0,'delta':null}]}",
        "{'choices':[{'index':0,'delta':{'content':null,'reasoning':null,'tool_calls':null}}]}",
        "{'choices':[{'index':0,'delta':{'content':''},'logprobs':{'content':[]}}],'created':0}",
        "{'choices':null}",
        "{'type':'ping'}"
      })
  void whatSaysNothingYieldsNothing(String chunk) {
    read(chunk);
    assertThat(events).allMatch(ModelEvent.Started.class::isInstance);
    assertThat(answer.spoke()).isFalse();
    assertThat(answer.reason()).isEmpty();
  }

  @Test
  void aRoleInEveryDeltaIsNoMatter() {
    delta("{'role':'assistant','content':'a'}");
    delta("{'role':'assistant','content':'b'}");
    assertThat(events).endsWith(said("a"), said("b")).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({
    "stop, Stop[]",
    "length, Length[]",
    "tool_calls, ToolCalls[]",
    "function_call, ToolCalls[]",
    "content_filter, ContentFilter[]",
    "eos_token, Stop[]"
  })
  void finishReasonsAreRead(String raw, String reason) {
    read("{'choices':[{'index':0,'delta':{},'finish_reason':'" + raw + "'}]}");
    assertThat(answer.reason().orElseThrow()).hasToString(reason);
  }

  @Test
  void theFirstFinishReasonCountsAndTextAfterItIsKept() {
    read("{'choices':[{'index':0,'delta':{'content':'a'},'finish_reason':'length'}]}");
    read("{'choices':[{'index':0,'delta':{'content':'b'},'finish_reason':'stop'}]}");
    assertThat(events).endsWith(said("a"), said("b"));
    assertThat(answer.reason()).contains(new FinishReason.Length());
  }

  @Test
  void anEmptyFinishReasonIsNone() {
    read("{'choices':[{'index':0,'delta':{'content':'a'},'finish_reason':''}]}");
    assertThat(answer.reason()).isEmpty();
  }

  @Test
  void piecesOfAToolCallShareItsSlot() {
    delta("{'tool_calls':[{'index':0,'id':'x','function':{'name':'f','arguments':''}}]}");
    delta("{'tool_calls':[{'index':0,'function':{'arguments':'{'}}]}");
    delta("{'tool_calls':[{'index':0,'function':{'arguments':'}'}}]}");
    delta("{'tool_calls':[{'index':1,'id':'y','function':{'name':'g','arguments':'{}'}}]}");
    answer.end();
    assertThat(calls())
        .containsExactly(
            new ModelEvent.ToolCall(0, Optional.of("x"), Optional.of("f"), "{"),
            new ModelEvent.ToolCall(0, Optional.empty(), Optional.empty(), "}"),
            new ModelEvent.ToolCall(1, Optional.of("y"), Optional.of("g"), "{}"));
  }

  @Test
  void aNewIdUnderAKnownIndexIsANewToolCall() {
    delta("{'tool_calls':[{'index':0,'id':'x','function':{'name':'f','arguments':'{}'}}]}");
    delta("{'tool_calls':[{'index':0,'id':'y','function':{'name':'f','arguments':'{}'}}]}");
    answer.end();
    assertThat(calls()).extracting(ModelEvent.ToolCall::slot).containsExactly(0, 1);
  }

  @Test
  void toolCallsWithoutIndexAndIdAreToldApartByTheirPlace() {
    delta(
        "{'tool_calls':[{'id':'','function':{'name':'f','arguments':{'a':1}}},{'function':{'name':'g'}}]}");
    answer.end();
    assertThat(calls())
        .containsExactly(
            new ModelEvent.ToolCall(0, Optional.empty(), Optional.of("f"), "{\"a\":1}"),
            new ModelEvent.ToolCall(1, Optional.empty(), Optional.of("g"), ""));
  }

  @Test
  void stopAfterToolCallsMeansThatToolsAreWanted() {
    delta("{'tool_calls':[{'index':0,'id':'x','function':{'name':'f','arguments':'{}'}}]}");
    read("{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}");
    assertThat(answer.reason()).contains(new FinishReason.ToolCalls());
  }

  @Test
  void aSurrogatePairCutBetweenTwoDeltasIsPutTogether() {
    delta("{'content':'a\\ud83d'}");
    delta("{'content':''}");
    delta("{'content':'\\ude00b'}");
    assertThat(events).endsWith(said("a"), said("😀b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{'a':'}{'}{'b':2}", "{'a':'}{'}data: {'b':2}", "{'a':'}{'} data:{'b':2} [DONE]"})
  void gluedObjectsAreTakenApart(String glued) {
    List<JsonNode> values = GluedJson.read(json(glued)).values();
    assertThat(values.get(0).path("a").asString()).isEqualTo("}{");
    assertThat(values.get(1).path("b").asInt()).isEqualTo(2);
  }

  private List<ModelEvent.ToolCall> calls() {
    return events.stream()
        .filter(ModelEvent.ToolCall.class::isInstance)
        .map(ModelEvent.ToolCall.class::cast)
        .toList();
  }

  private void text(String text) {
    delta("{'content':'" + text + "'}");
  }

  private void delta(String delta) {
    read("{'choices':[{'index':0,'delta':" + delta + "}]}");
  }

  private void read(String chunk) {
    answer.read(Json.MAPPER.readTree(json(chunk)));
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static ModelEvent said(String text) {
    return new ModelEvent.Text(text);
  }
}
