package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider wants to have back is kept once, and does not cut the text that it stands by. */
class KeptTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'extra_content':{'google':{'thought':false,'n':@}}",
        "'extra_content':{'google':{'thought_signature':'S'}}",
        "'provider_specific_fields':{'token':@,'refusal':null}",
        "'provider_specific_fields':{'list':['x']}",
        "'signature':'S'",
        "'reasoning_details':[{'type':'reasoning.encrypted','data':'D@','index':@}]"
      })
  void whatStandsBesideEveryPieceOfTextCutsItNowhere(String field) throws Exception {
    String[] deltas = new String[20];
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = "{'content':'w','role':'assistant'," + field.replace("@", "" + i) + "}";
    }
    Heard heard = Heard.ofDeltas(deltas);
    assertThat(heard.text()).isEqualTo("w".repeat(20));
    List<ModelEvent> events = heard.events();
    int first = events.indexOf(new ModelEvent.Text("w"));
    assertThat(events.subList(first, first + 20)).containsOnly(new ModelEvent.Text("w"));
    assertThat(kept(heard)).hasSizeBetween(1, 2);
  }

  @Test
  void whatStandsBesideEveryPieceOfARefusalOrACallCutsItNowhere() throws Exception {
    String extra = "'extra_content':{'a':{'n':@}}";
    Heard refusal =
        Heard.ofDeltas(
            "{'refusal':'n'," + extra.replace("@", "1") + "}",
            "{'refusal':'o'," + extra.replace("@", "2") + "}",
            "{'refusal':'.'," + extra.replace("@", "3") + "}");
    assertThat(refusal.events().subList(2, 5))
        .containsExactly(
            new ModelEvent.Refusal("n"), new ModelEvent.Refusal("o"), new ModelEvent.Refusal("."));
    Heard call =
        Heard.ofDeltas(
            "{'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{'}}],"
                + extra.replace("@", "1")
                + "}",
            "{'tool_calls':[{'function':{'arguments':'1'}}]," + extra.replace("@", "2") + "}",
            "{'tool_calls':[{'function':{'arguments':'}'}}]," + extra.replace("@", "3") + "}");
    assertThat(call.events().subList(2, 5)).allMatch(ModelEvent.ToolCall.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'extra_content':{}",
        "'extra_content':{'google':{}}",
        "'provider_specific_fields':{'a':null,'b':{'c':[]},'d':''}",
        "'provider_specific_fields':[[],{}]",
        "'reasoning_details':[]",
        "'reasoning_details':[{}]",
        "'signature':''",
        "'thinking_blocks':null"
      })
  void whatHoldsNothingIsNotKept(String field) throws Exception {
    assertThat(kept(Heard.ofDeltas("{'content':'a'," + field + "}"))).isEmpty();
    assertThat(
            kept(
                Heard.ofDeltas(
                    "{'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{}'},"
                        + field
                        + "}]}")))
        .isEmpty();
  }

  @Test
  void whatReasoningIsFollowedByIsKeptForEachStretchOfIt() throws Exception {
    Heard heard =
        Heard.ofDeltas(
            "{'reasoning':'h'}",
            "{'content':'a'}",
            "{'reasoning':'i','signature':'S'}",
            "{'content':'b'}");
    assertThat(kept(heard))
        .containsExactly("{'as':'reasoning'}", "{'as':'reasoning','fields':{'signature':'S'}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "['a'] | ['a'] | {'fields':{'thought_signatures':['a']}}",
        "['a'] | ['a','b'] | {'fields':{'thought_signatures':['a','b']}}",
        "['a'] | ['b'] | {'fields':{'thought_signatures':['a','b']}}",
        "'a' | 'a' | {'fields':{'thought_signatures':'a'}}",
        "{'a':1} | {'b':[1]} | {'fields':{'thought_signatures':{'a':1,'b':[1]}}}"
      })
  void aListThatIsRepeatedGrowsAsFarAsItIsNew(String first, String second, String all)
      throws Exception {
    Heard heard =
        Heard.ofDeltas(
            "{'reasoning_content':'h','thought_signatures':" + first + "}",
            "{'reasoning_content':'m','thought_signatures':" + second + "}",
            "{'content':'a'}");
    assertThat(kept(heard)).containsExactly(all);
  }

  @Test
  void whatIsRepeatedFarBeyondTheBoundIsKeptAsWhatItIs() throws Exception {
    String delta = "{'content':'w','provider_specific_fields':{'a':'" + "x".repeat(10_000) + "'}}";
    Heard heard = Heard.ofDeltas(Stream.generate(() -> delta).limit(100).toArray(String[]::new));
    assertThat(kept(heard)).hasSize(1);
    assertThat(heard.events()).noneMatch(ModelEvent.LeftOut.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':'x','name':'f','arguments':'{}','extra_content':{'s':1}}",
        "{'id':'x','type':'function','name':'f','parameters':{},'extra_content':{'s':1}}",
        "{'id':'x','type':'tool_use','name':'f','input':{},'extra_content':{'s':1}}",
        "{'id':'x','type':'custom','custom':{'name':'f','input':'{}'},'extra_content':{'s':1}}"
      })
  void theNameAndArgumentsOfACallAreNotKept(String call) throws Exception {
    assertThat(kept(Heard.ofDeltas("{'tool_calls':[" + call + "]}")))
        .containsExactly("{'fields':{'extra_content':{'s':1}}}");
  }

  @Test
  void whatACallHasWithEachFragmentIsKeptOnceAndWhatIsNewIsAdded() throws Exception {
    String head = "'index':0,'extra_content':{'google':{'s':'S'";
    Heard heard =
        Heard.ofDeltas(
            "{'tool_calls':[{" + head + "}},'id':'x','function':{'name':'f','arguments':'{'}}]}",
            "{'tool_calls':[{" + head + "}},'function':{'arguments':''}}]}",
            "{'tool_calls':[{" + head + ",'t':'T'}},'function':{'arguments':'}'}}]}");
    assertThat(kept(heard))
        .containsExactly(
            "{'fields':{'extra_content':{'google':{'s':'S'}}}}",
            "{'fields':{'extra_content':{'google':{'t':'T'}}}}");
  }

  private static List<String> kept(Heard heard) {
    return heard.events().stream()
        .filter(ModelEvent.Keep.class::isInstance)
        .map(it -> ((ModelEvent.Keep) it).json().replace('"', '\''))
        .toList();
  }
}
