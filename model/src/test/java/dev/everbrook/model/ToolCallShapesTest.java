package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How providers cut their tool calls. */
class ToolCallShapesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"'index':0,'id':'',", "'index':0,", "'id':'',", "", "'index':null,'id':null,"})
  void completeCallsWithoutIdUnderOneIndexAreSoManyCalls(String head) throws Exception {
    String[] calls = {
      "{" + head + "'function':{'name':'f','arguments':'{\\'a\\':1}'}}",
      "{" + head + "'function':{'name':'f','arguments':'{\\'a\\':2}'}}",
      "{" + head + "'function':{'name':'g','arguments':{}}}",
      "{" + head + "'function':{'name':'g','arguments':'{}'}}"
    };
    Stream<Heard> each = Stream.of(heard(calls), heard(String.join(",", calls)));
    assertThat(each)
        .allSatisfy(heard -> {
          assertThat(heard.namedCalls()).containsExactly("f {'a':1}", "f {'a':2}", "g {}", "g {}");
          assertThat(heard.end()).isEqualTo("ToolCalls");
        });
  }

  @Test
  void callsInPiecesUnderOneIndexAreToldApartByTheirNames() throws Exception {
    assertThat(
            heard(
                    call("'id':''", "'name':'f','arguments':''"),
                    call("'id':''", "'arguments':'{\\'a\\':'"),
                    call("'id':''", "'arguments':'1}'"),
                    call("'id':''", "'name':'g','arguments':''"),
                    call("'id':''", "'arguments':'{}'"))
                .namedCalls())
        .containsExactly("f {'a':1}", "g {}");
  }

  @Test
  void callsWithIdsUnderOneIndexMayBeInterleaved() throws Exception {
    assertThat(
            heard(
                    call("'id':'x'", "'name':'f','arguments':'{'"),
                    call("'id':'y'", "'name':'g','arguments':'['"),
                    call("'id':'x'", "'arguments':'}'"),
                    call("'id':'y'", "'arguments':']'"))
                .calls())
        .containsExactly("x f {}", "y g []");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'id':'x' | 'name':'get_weather' | 'arguments':'{}'",
        "'id':'x' | 'name':'get_' | 'name':'weather' | 'arguments':'{}'",
        "'name':'get_weather' | 'id':'x' | 'arguments':'{}'",
        "'id':'x','name':'get_weather' | 'name':'get_weather','arguments':'{' | "
            + "'name':'get_weather','arguments':'}'",
        "'id':'x','name':'get_weather' | 'id':'x','name':'get_weather','arguments':'{}' | "
            + "'id':'x','name':'get_weather','arguments':''",
        "'id':'x','name':'get' | 'id':'x','name':'get_weather' | 'arguments':'{}'",
        "'id':'x' | 'arguments':'{' | 'name':'get_weather' | 'arguments':'}'",
        "'id':'x','name':null | 'id':null,'name':'get_weather','arguments':null | 'arguments':'{}'",
        "'id':'x','name':'get_weather','arguments':'{' | 'id':'y','name':'','arguments':'}'",
        "'id':'x','name':'get_weather','arguments':'{' | "
            + "'id':'y','name':'get_weather','arguments':'}'",
        "'id':'x','name':'get_weather' | 'id':'y','arguments':'{' | 'id':'z','arguments':'}'",
        "'id':'x','name':'get_weather','arguments':'{}' | 'id':'y','arguments':''"
      })
  void nameAndIdOfOneCallMayComeInAnyWay(String pieces) throws Exception {
    String[] fragments =
        Stream.of(pieces.split("\\|", -1)).map(it -> piece(it.strip())).toArray(String[]::new);
    assertThat(heard(fragments).calls()).containsExactly("x get_weather {}");
  }

  @Test
  void anIndexThatIsCountedUpWithEveryFragmentStillMeansOneCall() throws Exception {
    assertThat(
            heard(
                    "{'index':0,'id':'x','function':{'name':'f'}}",
                    "{'index':1,'function':{'arguments':'{'}}",
                    "{'index':2,'id':'x','function':{'arguments':'}'}}")
                .calls())
        .containsExactly("x f {}");
  }

  @Test
  void callsThatShareAnIdAreToldApartByTheirIndex() throws Exception {
    assertThat(
            heard(
                    "{'index':0,'id':'x','function':{'name':'f','arguments':'{}'}}",
                    "{'index':1,'id':'x','function':{'name':'g','arguments':''}}",
                    "{'index':1,'function':{'arguments':'{}'}}")
                .calls())
        .containsExactly("x f {}", "x g {}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'index':0,'id':'x','function':{'name':'f','arguments':''}} | "
            + "{'index':0,'function':{'arguments':'{\\'a\\':'}} | "
            + "{'index':0,'function':{'arguments':'1}'}} | "
            + "{'index':1,'id':'x','function':{'name':'f','arguments':''}} | "
            + "{'index':1,'function':{'arguments':'{\\'a\\':'}} | "
            + "{'index':1,'function':{'arguments':'2}'}}",
        "{'index':0,'id':'x','function':{'name':'f','arguments':''}} | "
            + "{'index':1,'id':'x','function':{'name':'f','arguments':''}} | "
            + "{'index':0,'function':{'arguments':'{\\'a\\':1'}} | "
            + "{'index':1,'function':{'arguments':'{\\'a\\':2'}} | "
            + "{'index':0,'function':{'arguments':'}'}} | "
            + "{'index':1,'function':{'arguments':'}'}}",
        "{'index':0,'id':'x','function':{'name':'f','arguments':'{\\'a\\':'}} | "
            + "{'index':1,'id':'x','function':{'name':'f','arguments':'{\\'a\\':'}} | "
            + "{'index':0,'id':'x','function':{'name':'f','arguments':'1}'}} | "
            + "{'index':1,'id':'x','function':{'name':'f','arguments':'2}'}}",
        "{'index':0,'id':'x','function':{'name':'f','arguments':'{'}} | "
            + "{'index':0,'id':'x','function':{'arguments':'\\'a\\':1'}} | "
            + "{'index':1,'id':'x','function':{'name':'f','arguments':'{\\'a\\':'}} | "
            + "{'index':0,'id':'x','function':{'arguments':'}'}} | "
            + "{'index':1,'id':'x','function':{'arguments':'2}'}}",
        "{'index':0,'id':'x','function':{'name':'f','arguments':'{'}},"
            + "{'index':1,'id':'x','function':{'name':'f','arguments':'{'}} | "
            + "{'index':0,'function':{'arguments':'\\'a\\':1}'}},"
            + "{'index':1,'function':{'arguments':'\\'a\\':2}'}}"
      })
  void twoCallsThatShareAnIdAndAreCutStayTwoByTheirIndex(String pieces) throws Exception {
    assertThat(heard(pieces.split(" \\| ", -1)).calls())
        .containsExactly("x f {'a':1}", "x f {'a':2}");
  }

  @Test
  void twoCallsThatShareAnIdAndHaveTheirNamesFirstKeepTheirNames() throws Exception {
    assertThat(
            heard(
                    "{'index':0,'id':'x','function':{'name':'f'}}",
                    "{'index':1,'id':'x','function':{'name':'g'}}",
                    "{'index':0,'function':{'arguments':'{'}}",
                    "{'index':1,'function':{'arguments':'['}}",
                    "{'index':0,'function':{'arguments':'}'}}",
                    "{'index':1,'function':{'arguments':']'}}")
                .calls())
        .containsExactly("x f {}", "x g []");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'id':'x',@", "@", "'id':'x',"})
  void anIndexThatIsCountedUpWhileIdOrNameAreRepeatedMeansOneCall(String again) throws Exception {
    String head = again.replace("@", "");
    String name = again.contains("@") ? "'name':'f'," : "";
    assertThat(
            heard(
                    "{'index':0,'id':'x','function':{'name':'f','arguments':''}}",
                    "{'index':1," + head + "'function':{" + name + "'arguments':'{'}}",
                    "{'index':2," + head + "'function':{" + name + "'arguments':'\\'a\\':{'}}",
                    "{'index':3," + head + "'function':{" + name + "'arguments':'}}'}}",
                    "{'index':4," + head + "'function':{" + name + "'arguments':''}}")
                .calls())
        .containsExactly("x f {'a':{}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':'x','function':{'name':'f','parameters':{'a':1}}}",
        "{'id':'x','function':{'name':'f','parameters':'{\\'a\\':1}'}}",
        "{'id':'x','function':{'name':'f','arguments':null,'parameters':{'a':1}}}",
        "{'id':'x','function':{'name':'f','input':{'a':1}}}",
        "{'id':'x','function':{'name':'f'},'arguments':{'a':1}}",
        "{'id':'x','name':'f','parameters':{'a':1}}",
        "{'id':'x','type':'tool_use','name':'f','input':{'a':1}}",
        "{'id':'x','type':'custom','custom':{'name':'f','input':'{\\'a\\':1}'}}",
        "{'id':'x','type':'custom','custom':{'name':'f','input':{'a':1}}}",
        "{'id':'x','function':'f','arguments':'{\\'a\\':1}'}"
      })
  void aCallInTheShapeOfAnotherInterfaceIsACall(String call) throws Exception {
    assertThat(heard(call).calls()).containsExactly("x f {'a':1}");
    Heard whole =
        Heard.ofBody(
            "{'choices':[{'message':{'tool_calls':[" + call + "]},'finish_reason':'stop'}]}");
    assertThat(whole.calls()).containsExactly("x f {'a':1}");
    assertThat(whole.end()).isEqualTo("ToolCalls");
    assertThat(whole.events()).noneMatch(ModelEvent.Keep.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'index':0,'function':{'arguments':'{}'}} | {'index':0,'id':'x','function':{'name':'f'}}",
        "{'index':0,'id':'x','function':{'arguments':'{}'}} | {'index':0,'function':{'name':'f'}}",
        "{'id':'x','function':{'arguments':'{}'}} | {'id':'x','function':{'name':'f'}}",
        "{'index':0,'id':'x','function':{'arguments':'{}'}} | "
            + "{'index':0,'function':{'name':'f','arguments':''}}",
        "{'index':0,'id':'x','function':{'arguments':'{}'}} | "
            + "{'index':0,'function':{'name':'f','arguments':'{}'}}"
      })
  void aNameMayComeAfterTheCompleteArguments(String pieces) throws Exception {
    assertThat(heard(pieces.split(" \\| ", -1)).calls()).containsExactly("x f {}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'index':0,'id':'x','function':{'arguments':'{}'}}",
        "{'index':0,'id':'x','function':{'name':'','arguments':''}}",
        "{'index':0,'function':{'name':null,'arguments':'{\\'a\\':1}'}}"
      })
  void aCallWithoutANameIsTold(String call) throws Exception {
    String body = "{'choices':[{'message':{'content':'a','tool_calls':[" + call + "]}}]}";
    for (Heard heard : new Heard[] {heard(call), Heard.ofBody(body)}) {
      assertThat(heard.calls()).isEmpty();
      assertThat(heard.events())
          .filteredOn(ModelEvent.LeftOut.class::isInstance)
          .singleElement()
          .asString()
          .contains("tool_calls", "name");
      assertThat(heard.end()).isEqualTo("Stop");
    }
  }

  @Test
  void aPlaceholderThatSaysNothingIsNoCall() throws Exception {
    Heard heard =
        heard("{'index':0,'id':'','type':'function','function':{'name':'','arguments':''}}", "{}");
    assertThat(heard.calls()).isEmpty();
    assertThat(heard.events()).noneMatch(ModelEvent.LeftOut.class::isInstance);
  }

  @Test
  void callsThatShareAnIdInAMessageAreSoManyCallsAloneAndAfterTheirDeltas() throws Exception {
    String one = "{'index':0,'id':'x','function':{'name':'f','arguments':'{\\'a\\':1}'}}";
    String two = "{'index':1,'id':'x','function':{'name':'f','arguments':'{\\'a\\':2}'}}";
    String message =
        "{'choices':[{'message':{'tool_calls':[" + one + "," + two + "]},'finish_reason':'stop'}]}";
    String deltas = "{'choices':[{'delta':{'tool_calls':[" + one + "," + two + "]}}]}";
    for (Heard heard :
        new Heard[] {Heard.ofBody(message), Heard.of(message), Heard.of(deltas, message)}) {
      assertThat(heard.calls()).containsExactly("x f {'a':1}", "x f {'a':2}");
    }
  }

  @Test
  void callsWithoutArgumentsAreCallsToo() throws Exception {
    assertThat(
            heard(
                    "{'index':0,'id':'x','function':{'name':'f'}}",
                    "{'index':1,'id':'y','function':{'name':'g','arguments':''}}")
                .calls())
        .containsExactly("x f ", "y g ");
    assertThat(heard("{'index':0,'id':'x','function':{'name':'f','arguments':''}}").calls())
        .containsExactly("x f ");
  }

  @Test
  void braceInsideAStringDoesNotEndTheArguments() throws Exception {
    assertThat(
            heard(
                    call("'id':''", "'name':'f','arguments':'{\\'a\\':\\'}\\\\\\'{'"),
                    call("'id':''", "'name':'f','arguments':'x\\'}'"))
                .namedCalls())
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':'x','name':'f','arguments':'{}'}                     | x f {}",
        "{'id':7,'function':{'name':'f','arguments':{'a':[1]}}}     | 7 f {'a':[1]}",
        "{'id':'x','function':{'name':'f','arguments':[1]}}         | x f [1]",
        "{'id':'x','index':'0','function':{'name':'f','arguments':'{}'}} | x f {}"
      })
  void oddFieldsAreRead(String call, String expected) throws Exception {
    assertThat(heard(call).calls()).containsExactly(expected);
    assertThat(Heard.ofDeltas("{'tool_calls':" + call + "}").calls()).containsExactly(expected);
  }

  @Test
  void textAfterTheNameOfACallComesAfterThatCall() throws Exception {
    Heard heard =
        Heard.ofDeltas(
            "{'tool_calls':[{'index':0,'id':'x','function':{'name':'f'}}]}", "{'content':'a'}");
    assertThat(heard.events().get(1)).isInstanceOf(ModelEvent.ToolCall.class);
    assertThat(heard.events().get(2)).isEqualTo(new ModelEvent.Text("a"));
  }

  @Test
  void whatACutAnswerHadOfACallIsKept() throws Exception {
    Heard heard =
        Heard.of("{'choices':[{'delta':{'tool_calls':[{'id':'x','function':{'name':'f'}}]}}]}");
    assertThat(heard.calls()).containsExactly("x f ");
    assertThat(heard.end()).isEqualTo("Truncated");
  }

  private static Heard heard(String... toolCalls) throws Exception {
    return Heard.ofDeltas(
        Stream.of(toolCalls).map(it -> "{'tool_calls':[" + it + "]}").toArray(String[]::new));
  }

  private static String call(String head, String function) {
    return "{'index':0," + head + ",'function':{" + function + "}}";
  }

  /** Fields of a fragment, of which the id stands outside and the others inside. */
  private static String piece(String fields) {
    StringBuilder head = new StringBuilder("'index':0");
    StringBuilder function = new StringBuilder();
    for (String field : fields.split(",(?=')", -1)) {
      if (field.startsWith("'id'")) {
        head.append(",").append(field);
      } else {
        function.append(function.isEmpty() ? "" : ",").append(field);
      }
    }
    return "{" + head + ",'function':{" + function + "}}";
  }
}
