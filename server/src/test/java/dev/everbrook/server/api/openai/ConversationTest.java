package dev.everbrook.server.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.model.Message;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Requests for responses, in the words of chat completions. */
class ConversationTest {

  @Test
  void aStringIsWhatTheUserSays() {
    assertThat(said("'hello'")).containsExactly("{'role':'user','content':'hello'}");
  }

  @Test
  void instructionsComeFirst() {
    List<Message> messages =
        new Conversation()
            .instructed(Optional.of("Be brief."))
            .add(InputItems.of(json("'hello'")))
            .messages();

    assertThat(messages)
        .extracting(ConversationTest::plain)
        .containsExactly(
            "{'role':'system','content':'Be brief.'}", "{'role':'user','content':'hello'}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"{'x':1} | {\\'x\\':1}", "{} | {}", "'' | ``", "null | ``"})
  void argumentsThatAClientHasParsedAreNotLost(String sent, String said) {
    String call = "{'type':'function_call','call_id':'a','name':'f','arguments':" + sent + "}";
    assertThat(said("[" + call + "]"))
        .containsExactly(
            "{'role':'assistant','content':null,'tool_calls':[{'id':'a','type':'function',"
                + "'function':{'name':'f','arguments':'"
                + said
                + "'}}]}");
  }

  @Test
  void argumentsOfAnotherKindAreRefused() {
    String call = "{'type':'function_call','call_id':'a','name':'f','arguments':7}";
    assertThatThrownBy(() -> said("[" + call + "]"))
        .hasMessage("input[0].arguments must be a string of JSON.");
  }

  @Test
  void callsThatFollowEachOtherAreOneMessageWithTheTextBeforeThem() {
    assertThat(
            said(
                """
                [{'role':'user','content':'weather?'},
                 {'type':'message','role':'assistant','content':[{'type':'output_text','text':'Let me look.'}]},
                 {'type':'function_call','call_id':'a','name':'look','arguments':'{}'},
                 {'type':'function_call','call_id':'b','name':'look','arguments':'{}'},
                 {'type':'function_call_output','call_id':'a','output':'sun'},
                 {'type':'function_call_output','call_id':'b','output':[{'type':'input_text','text':'rain'}]}]
                """))
        .containsExactly(
            "{'role':'user','content':'weather?'}",
            "{'role':'assistant','content':'Let me look.','tool_calls':["
                + "{'id':'a','type':'function','function':{'name':'look','arguments':'{}'}},"
                + "{'id':'b','type':'function','function':{'name':'look','arguments':'{}'}}]}",
            "{'role':'tool','tool_call_id':'a','content':'sun'}",
            "{'role':'tool','tool_call_id':'b','content':'rain'}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | null",
        "[{'type':'output_text','text':''}] | null",
        "[{'type':'output_text','text':'','annotations':[{'type':'url_citation'}]}] | null",
        "'Soon.' | 'Soon.'",
        "[{'type':'output_text','text':'Soon.'}] | 'Soon.'"
      })
  void aMessageBetweenACallAndItsResultIsOneWithTheCall(String content, String text) {
    String call = "{'type':'function_call','call_id':'a','name':'look','arguments':'{}'},";
    String more = "{'type':'function_call','call_id':'b','name':'look','arguments':'{}'},";
    String message = "{'type':'message','role':'assistant','content':" + content + "},";
    String results =
        "{'type':'function_call_output','call_id':'a','output':'sun'},"
            + "{'type':'message','role':'assistant','content':'Sun.'}]";
    String look = "{'id':'a','type':'function','function':{'name':'look','arguments':'{}'}}";
    assertThat(said("[" + call + message + results))
        .containsExactly(
            "{'role':'assistant','content':" + text + ",'tool_calls':[" + look + "]}",
            "{'role':'tool','tool_call_id':'a','content':'sun'}",
            "{'role':'assistant','content':'Sun.'}");
    assertThat(said("[" + call + message + more + message + results))
        .hasSize(3)
        .first()
        .asString()
        .contains(look, look.replace("'id':'a'", "'id':'b'"));
    String before = "{'type':'message','role':'assistant','content':'Look. '},";
    String both = text.equals("null") ? "'Look. '" : "'Look. Soon.'";
    assertThat(said("[" + before + call + message + results))
        .first()
        .asString()
        .isEqualTo("{'role':'assistant','content':" + both + ",'tool_calls':[" + look + "]}");
  }

  @Test
  void aRefusalBehindACallIsOneMessageWithTheCall() {
    assertThat(
            said(
                """
                [{'type':'function_call','call_id':'a','name':'look','arguments':'{}'},
                 {'type':'reasoning','encrypted_content':'{\\'fields\\':{\\'sig\\':\\'S\\'}}'},
                 {'role':'assistant','content':[{'type':'refusal','refusal':'No.'}]},
                 {'type':'function_call_output','call_id':'a','output':'sun'}]
                """))
        .hasSize(2)
        .first()
        .asString()
        .contains("'refusal':'No.'", "'tool_calls'", "'sig':'S'");
  }

  @Test
  void picturesStayPicturesAndReasoningThatBelongsToNothingIsNotSaid() {
    assertThat(
            said(
                """
                [{'type':'reasoning','id':'rs_1','summary':[]},
                 {'role':'user','content':[{'type':'input_text','text':'what?'},
                                           {'type':'input_image','image_url':'data:x','detail':'low'}]}]
                """))
        .containsExactly(
            "{'role':'user','content':[{'type':'text','text':'what?'},"
                + "{'type':'image_url','image_url':{'url':'data:x','detail':'low'}}]}");
  }

  @Test
  void reasoningIsSaidAgainWithTheCallsThatFollowedItUnderTheNameByWhichItCame() {
    assertThat(
            said(
                """
                [{'role':'user','content':'weather?'},
                 {'type':'reasoning','id':'rs_1','summary':[],
                  'content':[{'type':'reasoning_text','text':'Hm'}],
                  'encrypted_content':'{\\'as\\':\\'reasoning\\',\\'fields\\':{\\'d\\':[1],\\'role\\':\\'x\\'}}'},
                 {'type':'function_call','call_id':'a','name':'look','arguments':'{}',
                  'provider_data':{'fields':{'extra_content':{'s':'T'},'id':'x'}},'parsed_arguments':{}},
                 {'type':'function_call_output','call_id':'a','output':'sun'},
                 {'type':'reasoning','summary':[],'content':[{'type':'reasoning_text','text':'So'}],
                  'encrypted_content':'of another server'},
                 {'type':'message','role':'assistant','content':'Sun.'},
                 {'type':'image_generation_call','id':'ig_1','result':'AAAA','status':'completed'}]
                """))
        .containsExactly(
            "{'role':'user','content':'weather?'}",
            "{'role':'assistant','content':null,'tool_calls':[{'id':'a','type':'function',"
                + "'function':{'name':'look','arguments':'{}'},'extra_content':{'s':'T'}}],"
                + "'reasoning':'Hm','d':[1]}",
            "{'role':'tool','tool_call_id':'a','content':'sun'}",
            "{'role':'assistant','content':'Sun.','reasoning_content':'So'}");
  }

  @Test
  void whatWasKeptAfterTheCallsBelongsToThem() {
    assertThat(
            said(
                """
                [{'type':'function_call','call_id':'a','name':'look','arguments':'{}'},
                 {'type':'reasoning','encrypted_content':'{\\'fields\\':{\\'sig\\':\\'S\\'}}'},
                 {'type':'function_call_output','call_id':'a','output':'sun'}]
                """))
        .first()
        .asString()
        .endsWith("'sig':'S'}");
  }

  @Test
  void mistralsReasoningIsAPartOfWhatWasSaid() {
    assertThat(
            said(
                """
                [{'type':'reasoning','content':[{'type':'reasoning_text','text':'Hm'}],
                  'encrypted_content':'{\\'as\\':\\'content\\'}'},
                 {'type':'message','role':'assistant','content':'Look.'},
                 {'type':'function_call','call_id':'a','name':'look','arguments':'{}'},
                 {'type':'function_call_output','call_id':'a','output':'sun'}]
                """))
        .first()
        .asString()
        .startsWith(
            "{'role':'assistant','content':[{'type':'thinking','thinking':[{'type':'text',"
                + "'text':'Hm'}]},{'type':'text','text':'Look.'}],");
  }

  @Test
  void reasoningIsNotSaidAgainWhereNoToolWasCalledButWhatWasKeptIs() {
    assertThat(
            said(
                """
                [{'type':'reasoning','content':[{'type':'reasoning_text','text':'Hm'}],
                  'encrypted_content':'{\\'fields\\':{\\'sig\\':\\'S\\'}}'},
                 {'type':'message','role':'assistant','content':'Yes.'}]
                """))
        .containsExactly("{'role':'assistant','content':'Yes.','sig':'S'}");
  }

  @Test
  void flatToolsAreNestedAndTheFormatIsNamedAnew() {
    ResponseRequest request =
        request(
            """
            {'model':'m','input':'x','max_output_tokens':9,'temperature':0.5,
             'reasoning':{'effort':'low'},'tool_choice':{'type':'function','name':'look'},
             'tools':[{'type':'function','name':'look','parameters':{'type':'object'}}],
             'text':{'format':{'type':'json_schema','name':'n','schema':{'type':'object'}},
                     'verbosity':'low'}}
            """);

    assertThat(Json.MAPPER.readTree(request.parameters().json()))
        .isEqualTo(
            json(
                """
                {'temperature':0.5,'max_completion_tokens':9,'reasoning_effort':'low',
                 'verbosity':'low',
                 'response_format':{'type':'json_schema',
                                    'json_schema':{'name':'n','schema':{'type':'object'}}},
                 'tools':[{'type':'function',
                           'function':{'name':'look','parameters':{'type':'object'}}}],
                 'tool_choice':{'type':'function','function':{'name':'look'}}}
                """));
  }

  @Test
  void whatIsAtFaultIsNamed() {
    assertThat(fault("{'model':'m','input':[{'role':'user','content':[{'type':'input_audio'}]}]}"))
        .isEqualTo("input[0].content[0]");
    assertThat(fault("{'model':'m','input':[{'role':'boss','content':'x'}]}"))
        .isEqualTo("input[0].role");
    assertThat(fault("{'model':'m','input':[]}")).isEqualTo("input");
    assertThat(fault("{'model':7,'input':'x'}")).isEqualTo("model");
    assertThat(fault("{'model':'m','input':'x','tools':[{'type':'web_search'}]}"))
        .isEqualTo("tools[0]");
    assertThat(fault("{'model':'m','input':'x','background':true,'store':false}"))
        .isEqualTo("store");
  }

  @Test
  void theOrderOfFieldsAndTheWishForAStreamDoNotMakeAnotherRequest() {
    assertThat(IdempotencyKeys.Key.fingerprint(body("{'a':1,'b':2,'stream':true}")))
        .isEqualTo(IdempotencyKeys.Key.fingerprint(body("{'b':2,'a':1,'stream_options':{}}")))
        .isNotEqualTo(IdempotencyKeys.Key.fingerprint(body("{'a':1,'b':3}")));
  }

  @Test
  void aResponsesIdIsItsStreamsAndNothingElseIs() {
    assertThat(ResponseIds.stream(ResponseIds.response(Logs.STREAM))).contains(Logs.STREAM);
    assertThat(ResponseIds.stream("resp_" + Logs.STREAM)).isEmpty();
    assertThat(ResponseIds.stream("chatcmpl-" + Logs.HEX)).isEmpty();
  }

  private static String fault(String body) {
    try {
      request(body);
      return "nothing is wrong with " + body;
    } catch (OpenAiError.Refused e) {
      return String.valueOf(e.error().param());
    } catch (HttpFailure e) {
      return String.valueOf(OpenAiError.of(e).param());
    }
  }

  private static ResponseRequest request(String body) {
    return ResponseRequest.of(body(body));
  }

  private static JsonBody body(String text) {
    return JsonBody.of(json(text), "");
  }

  private static List<String> said(String input) {
    return new Conversation()
        .add(InputItems.of(json(input))).messages().stream().map(ConversationTest::plain).toList();
  }

  private static String plain(Message message) {
    return ((Message.Wire) message).json().replace('"', '\'');
  }

  private static JsonNode json(String text) {
    return Json.MAPPER.readTree(text.replace('\'', '"'));
  }
}
