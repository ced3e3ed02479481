package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Under which index, and in delta or message, providers put the answer. */
class WhereTheTextIsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 1 2 3",
        "1 1 1 1",
        "-1 -1 -1 -1",
        "7 7 7 7",
        "5 6 7 8",
        "0 0 1 1",
        "1 0 2 3",
        "null null null null",
        "'0' '0' '0' '0'"
      })
  void aChoiceIsTheAnswerUnderWhateverIndex(String indexes) throws Exception {
    String[] index = indexes.split(" ", -1);
    Heard heard =
        Heard.of(
            choice(index[0], "'delta':{'role':'assistant','content':''}"),
            choice(index[0], "'delta':{'content':'a'}"),
            choice(index[1], "'delta':{'content':'b'}"),
            choice(index[2], "'delta':{'content':'c'}"),
            choice(index[3], "'delta':{},'finish_reason':'stop'"));
    assertThat(heard.text()).isEqualTo("abc");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void anAnswerOfOneChunkCountsUnderAnyIndexThoughTheRoleAndTheEndHaveOthers() throws Exception {
    Heard heard =
        Heard.of(
            choice("0", "'delta':{'role':'assistant'}"),
            choice("1", "'delta':{'content':'a'}"),
            choice("0", "'delta':{},'finish_reason':'length'"));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Length");
  }

  @Test
  void anIndexThatIsCountedUpFarLosesNothing() throws Exception {
    String[] chunks = new String[31];
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      chunks[i] = choice("" + (i < 3 ? 0 : i % 12), "'delta':{'content':'w" + i + " '}");
      all.append("w").append(i).append(" ");
    }
    chunks[30] = choice("0", "'delta':{},'finish_reason':'stop'");
    assertThat(Heard.of(chunks).text()).isEqualTo(all.toString());
  }

  @ParameterizedTest
  @CsvSource({"0 1 0 1 0 1", "0 1 1 0 0 1", "1 0 1 0 1 0", "0 1 0 0 1 1"})
  void ofSeveralAnswersThatNobodyAskedForTheFirstIsTaken(String indexes) throws Exception {
    String[] index = indexes.split(" ", -1);
    String[] chunks = new String[index.length + 4];
    chunks[0] = choice("0", "'delta':{'role':'assistant','content':''}");
    chunks[1] = choice("1", "'delta':{'role':'assistant','content':''}");
    StringBuilder first = new StringBuilder();
    for (int i = 0; i < index.length; i++) {
      chunks[i + 2] = choice(index[i], "'delta':{'content':'" + i + "'}");
      if (index[i].equals(index[0])) {
        first.append(i);
      }
    }
    chunks[index.length + 2] = choice(index[0], "'delta':{},'finish_reason':'stop'");
    chunks[index.length + 3] =
        choice(index[0].equals("0") ? "1" : "0", "'delta':{},'finish_reason':'length'");
    Heard heard = Heard.of(chunks);
    assertThat(heard.text()).isEqualTo(first.toString());
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void ofTwoChoicesInOneChunkTheFirstIsTakenInAStreamAndInADocument() throws Exception {
    String both =
        "{'choices':[{'index':1,'delta':{'content':'x'}},{'index':0,'delta':{'content':'a'}}]}";
    Heard stream =
        Heard.of(
            choice("0", "'delta':{'content':'A'}"),
            both,
            "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'},"
                + "{'index':1,'delta':{},'finish_reason':'length'}]}");
    assertThat(stream.text()).isEqualTo("Aa");
    assertThat(stream.end()).isEqualTo("Stop");
    Heard document =
        Heard.ofBody(
            "{'choices':[{'index':0,'message':{'content':'a'},'finish_reason':'stop'},"
                + "{'index':1,'message':{'content':'b'},'finish_reason':'length'}]}");
    assertThat(document.text()).isEqualTo("a");
    assertThat(document.end()).isEqualTo("Stop");
  }

  @Test
  void textAndCallsInTwoChoicesAreHalvesOfOneAnswer() throws Exception {
    String calls = "{'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{}'}}]}";
    Heard document =
        Heard.ofBody(
            "{'choices':[{'index':0,'message':{'content':'a'},'finish_reason':'tool_calls'},"
                + "{'index':1,'message':"
                + calls
                + ",'finish_reason':'tool_calls'}]}");
    assertThat(document.text()).isEqualTo("a");
    assertThat(document.calls()).containsExactly("x f {}");
    Heard stream =
        Heard.of(
            choice("0", "'delta':{'content':'a'}"),
            choice("1", "'delta':" + calls),
            choice("0", "'delta':{'content':'b'}"),
            choice("0", "'delta':{},'finish_reason':'stop'"));
    assertThat(stream.text()).isEqualTo("ab");
    assertThat(stream.calls()).containsExactly("x f {}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'delta':{},",
        "'delta':null,",
        "",
        "'delta':{'role':'assistant','content':''},",
        "'delta':{'content':null,'reasoning_content':'','tool_calls':[],'refusal':null},",
        "'delta':[],",
        "'delta':'',"
      })
  void aMessageBesideAnEmptyDeltaCountsAsAStreamAndAsADocument(String delta) throws Exception {
    String chunk =
        "{'id':'c','choices':[{'index':0,"
            + delta
            + "'message':{'role':'assistant','reasoning_content':'hm','content':'a','refusal':'no',"
            + "'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{}'}}]},"
            + "'finish_reason':'tool_calls'}]}";
    for (Heard heard : new Heard[] {Heard.of(chunk, "[DONE]"), Heard.ofBody(chunk)}) {
      assertThat(heard.text()).isEqualTo("a");
      assertThat(heard.thinking()).isEqualTo("hm");
      assertThat(heard.refusal()).isEqualTo("no");
      assertThat(heard.calls()).containsExactly("x f {}");
      assertThat(heard.end()).isEqualTo("ToolCalls");
    }
  }

  @Test
  void aMessageThatGrowsIsNotSaidTwice() throws Exception {
    Heard heard =
        Heard.of(
            message("'content':'Be','reasoning':'h'", "null"),
            message("'content':'Because','reasoning':'hm'", "null"),
            message("'content':'Because','reasoning':'hm'", "null"),
            message("'content':'Because it','reasoning':'hm'", "'stop'"));
    assertThat(heard.text()).isEqualTo("Because it");
    assertThat(heard.thinking()).isEqualTo("hm");
  }

  @Test
  void aMessageInPiecesIsPutTogether() throws Exception {
    Heard heard =
        Heard.of(
            message("'content':'Hel'", "null"),
            message("'content':'lo l'", "null"),
            message("'content':'l'", "null"),
            message("'content':'l'", "null"),
            message("'content':'ama'", "'stop'"));
    assertThat(heard.text()).isEqualTo("Hello lllama");
  }

  @ParameterizedTest
  @CsvSource({
    "Because it is., Because it is.",
    "' Because it is. ', Because it is.",
    "it is., Because it is.",
    "Because it is. So., Because it is. So."
  })
  void aMessageAfterTheDeltasSaysNothingTwice(String message, String expected) throws Exception {
    Heard heard =
        Heard.of(
            choice("0", "'delta':{'content':'Because '}"),
            choice("0", "'delta':{'content':'it is.'}"),
            message("'content':'" + message + "'", "'stop'"),
            "[DONE]");
    assertThat(heard.text()).isEqualTo(expected);
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void aMessageBesideEachDeltaIsPassedOver() throws Exception {
    Heard heard =
        Heard.of(
            choice("0", "'delta':{'content':'a'},'message':{'content':'a'}"),
            choice("0", "'delta':{'content':'b'},'message':{'content':'ab'}"),
            choice("0", "'delta':{},'message':{'content':'ab'},'finish_reason':'stop'"));
    assertThat(heard.text()).isEqualTo("ab");
  }

  @Test
  void callsInAMessageAfterTheDeltasAreNotCalledTwice() throws Exception {
    String call = "{'index':0,'id':'x','function':{'name':'f','arguments':'";
    Heard heard =
        Heard.of(
            choice("0", "'delta':{'tool_calls':[" + call + "{'}}]}"),
            choice("0", "'delta':{'tool_calls':[{'index':0,'function':{'arguments':'}'}}]}"),
            message("'content':null,'tool_calls':[" + call + "{}'}}]", "'tool_calls'"));
    assertThat(heard.calls()).containsExactly("x f {}");
    Heard grown =
        Heard.of(
            message("'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{'}}]", "null"),
            message(
                "'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{}'}},"
                    + "{'id':'y','function':{'name':'g','arguments':'[]'}}]",
                "'tool_calls'"));
    assertThat(grown.calls()).containsExactly("x f {}", "y g []");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "42                                               | 42",
        "1.5                                              | 1.5",
        "true                                             | true",
        "false                                            | false",
        "{'type':'text','text':'a'}                       | a",
        "{'text':{'value':'a'}}                           | a",
        "{'answer':[1]}                                   | {\"answer\":[1]}",
        "[{'type':'text','text':'a'},'b',3]               | ab3",
        "[[1,2]]                                          | [1,2]"
      })
  void contentOfAnyShapeIsTold(String content, String text) throws Exception {
    assertThat(Heard.ofDeltas("{'content':" + content + "}").text()).isEqualTo(text);
    assertThat(
            Heard.ofBody(
                    "{'choices':[{'message':{'content':" + content + "},'finish_reason':'stop'}]}")
                .text())
        .isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'thinking','thinking':'hm'}",
        "[{'type':'reasoning','text':'hm'}]",
        "[{'type':'thinking','thinking':[{'type':'text','text':'hm'}]},{'type':'text','text':''}]"
      })
  void thoughtsAmongTheContentAreNoText(String content) throws Exception {
    Heard heard = Heard.ofDeltas("{'content':" + content + "}");
    assertThat(heard.thinking()).isEqualTo("hm");
    assertThat(heard.text()).isEmpty();
  }

  private static String choice(String index, String said) {
    return "{'choices':[{'index':" + index + "," + said + "}]}";
  }

  private static String message(String said, String finish) {
    return choice("0", "'delta':{},'message':{" + said + "},'finish_reason':" + finish);
  }
}
