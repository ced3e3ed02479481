package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams and documents in the shapes of many providers, gateways and local servers. */
class ProviderShapesTest {

  record Shape(String name, String expected, List<String> chunks) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Shape shape(String name, String expected, String... chunks) {
    return new Shape(name, expected, List.of(chunks));
  }

  static Stream<Shape> shapes() {
    return Stream.of(
        shape(
            "Gemini: whole calls without index, stop, signature",
            "calls=[c1 f {'a':1}, c2 g {}] kept=2 ToolCalls",
            choice(
                "'delta':{'role':'assistant','tool_calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{\\'a\\':1}'},'extra_content':{'google':{'thought_signature':'S'}}}]}"),
            choice(
                "'delta':{'tool_calls':[{'id':'c2','type':'function','function':{'name':'g','arguments':'{}'},'extra_content':{'google':{'thought_signature':'T'}}}]},'finish_reason':'stop'"),
            "[DONE]"),
        shape(
            "Gemini: empty ids, index 0 for all, in one delta",
            "calls=[- f {'a':1}, - f {'a':2}] ToolCalls",
            choice(
                "'delta':{'tool_calls':[{'index':0,'id':'','function':{'name':'f','arguments':'{\\'a\\':1}'}},{'index':0,'id':'','function':{'name':'f','arguments':'{\\'a\\':2}'}}]},'finish_reason':'tool_calls'"),
            "[DONE]"),
        shape(
            "Gemini: thoughts marked in extra_content",
            "text=ab kept=1 Stop",
            choice("'delta':{'content':'a','extra_content':{'google':{'thought':true}}}"),
            choice("'delta':{'content':'b','extra_content':{'google':{'thought':true}}}"),
            choice("'delta':{'content':''},'finish_reason':'STOP'")),
        shape(
            "Mistral: thinking chunks in the content, references",
            "thinking=hm text=ab kept=1 left=reference Stop",
            choice(
                "'delta':{'role':'assistant','content':[{'type':'thinking','thinking':[{'type':'text','text':'hm'}],'closed':true}]}"),
            choice(
                "'delta':{'content':[{'type':'text','text':'a'},{'type':'reference','reference_ids':[1]}]}"),
            choice("'delta':{'content':'b'},'finish_reason':'stop'")),
        shape(
            "Mistral: tool_calls with object arguments and 'null' id",
            "calls=[null f {'a':1}] ToolCalls",
            choice(
                "'delta':{'content':'','tool_calls':[{'id':'null','function':{'name':'f','arguments':{'a':1}},'index':0}]},'finish_reason':'tool_calls'")),
        shape(
            "DeepSeek: reasoning, then text, usage in the last chunk",
            "thinking=hm text=ab Stop",
            choice("'delta':{'role':'assistant','content':null,'reasoning_content':''}"),
            choice("'delta':{'content':null,'reasoning_content':'hm'}"),
            choice("'delta':{'content':'a','reasoning_content':null}"),
            choice("'delta':{'content':'b','reasoning_content':null}"),
            choice("'delta':{'content':'','reasoning_content':null},'finish_reason':'stop'"),
            "[DONE]"),
        shape(
            "Groq: x_groq, executed tools of compound models",
            "thinking=hm text=a kept=1 left=executed_tools Stop",
            "{'choices':[{'index':0,'delta':{'role':'assistant','content':''}}],'x_groq':{'id':'r'}}",
            choice("'delta':{'reasoning':'hm','channel':'analysis'}"),
            choice("'delta':{'executed_tools':[{'index':0,'type':'search','arguments':'{}'}]}"),
            choice("'delta':{'content':'a'}"),
            choice("'delta':{},'finish_reason':'stop'"),
            "[DONE]"),
        shape(
            "Groq: an error event in the stream after words",
            "text=a Overloaded",
            choice("'delta':{'content':'a'}"),
            "{'error':{'message':'Internal','type':'internal_server_error'}}"),
        shape(
            "Ollama: reasoning, call at the end with reason stop",
            "thinking=hm calls=[call_1 f {'a':1}] kept=1 ToolCalls",
            choice("'delta':{'role':'assistant','content':'','reasoning':'hm'}"),
            choice(
                "'delta':{'role':'assistant','content':'','tool_calls':[{'id':'call_1','index':0,'type':'function','function':{'name':'f','arguments':'{\\'a\\':1}'}}]}"),
            choice("'delta':{'role':'assistant','content':''},'finish_reason':'stop'"),
            "[DONE]"),
        shape(
            "Ollama's own API behind a proxy: NDJSON line is no answer",
            "Protocol",
            "{'model':'m','message':{'role':'assistant','content':'a'},'done':false}"),
        shape(
            "vLLM: call with name first and arguments null, stop_reason",
            "calls=[chatcmpl-tool-1 f {'a':1}] ToolCalls",
            choice(
                "'delta':{'tool_calls':[{'id':'chatcmpl-tool-1','type':'function','index':0,'function':{'name':'f','arguments':null}}]},'stop_reason':null"),
            choice("'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{\\'a\\':'}}]}"),
            choice("'delta':{'tool_calls':[{'index':0,'function':{'arguments':'1}'}}]}"),
            choice("'delta':{'content':''},'finish_reason':'tool_calls','stop_reason':null"),
            "[DONE]"),
        shape(
            "vLLM: reasoning and reasoning_content at once",
            "thinking=hm text=a Stop",
            choice("'delta':{'reasoning':'hm','reasoning_content':'hm'}"),
            choice("'delta':{'content':'a'},'finish_reason':'stop'")),
        shape(
            "vLLM: all whole calls again in the last chunk",
            "calls=[x f {'a':1}] ToolCalls",
            choice(
                "'delta':{'tool_calls':[{'index':0,'id':'x','function':{'name':'f','arguments':''}}]}"),
            choice("'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{\\'a\\':1}'}}]}"),
            choice(
                "'delta':{'tool_calls':[{'index':0,'id':'x','function':{'name':'f','arguments':'{\\'a\\':1}'}}]},'finish_reason':'tool_calls'")),
        shape(
            "llama.cpp: timings, two parallel calls, ids empty on fragments",
            "calls=[A f {'a':1}, B g {'b':2}] ToolCalls",
            choice(
                "'delta':{'tool_calls':[{'index':0,'id':'A','type':'function','function':{'name':'f','arguments':'{'}}]}"),
            choice("'delta':{'tool_calls':[{'index':0,'function':{'arguments':'\\'a\\':1}'}}]}"),
            choice(
                "'delta':{'tool_calls':[{'index':1,'id':'B','type':'function','function':{'name':'g','arguments':'{\\'b\\':'}}]}"),
            choice("'delta':{'tool_calls':[{'index':1,'id':'','function':{'arguments':'2}'}}]}"),
            "{'choices':[{'finish_reason':'tool_calls','index':0,'delta':{}}],'timings':{'prompt_n':1,'predicted_n':2}}",
            "[DONE]"),
        shape(
            "llama.cpp: __verbose beside",
            "text=a Stop",
            "{'choices':[{'index':0,'delta':{'content':'a'},'finish_reason':null}],'__verbose':{'content':'a','stop':false}}",
            choice("'delta':{},'finish_reason':'stop'")),
        shape(
            "LM Studio: numeric ids, empty arguments, [DONE] without reason",
            "calls=[7 f ] ToolCalls",
            choice(
                "'delta':{'role':'assistant','tool_calls':[{'index':0,'id':7,'type':'function','function':{'name':'f','arguments':''}}]}"),
            "[DONE]"),
        shape(
            "LM Studio: an error event with a string",
            "Rejected",
            "{'error':'Failed to parse the template'}"),
        shape(
            "OpenRouter: comments, encrypted reasoning on the call's chunk, native reason",
            "calls=[x f {}] kept=1 ToolCalls",
            choice("'delta':{'role':'assistant','content':''}"),
            choice(
                "'delta':{'content':'','reasoning_details':[{'type':'reasoning.encrypted','data':'D','index':0,'format':'x'}],'tool_calls':[{'index':0,'id':'x','type':'function','function':{'name':'f','arguments':'{}'}}]},'native_finish_reason':null"),
            choice(
                "'delta':{'content':''},'finish_reason':'tool_calls','native_finish_reason':'completed'"),
            "[DONE]"),
        shape(
            "OpenRouter: error within the choice after words",
            "text=a Overloaded",
            choice("'delta':{'content':'a'}"),
            "{'id':'g','choices':[{'index':0,'delta':{'content':''},'finish_reason':'error','error':{'code':502,'message':'Provider returned error'}}],'error':{'code':502,'message':'Provider returned error'}}"),
        shape(
            "OpenRouter: annotations of a web search, images",
            "text=a media=1 annotations=2 Stop",
            choice(
                "'delta':{'content':'a','annotations':[{'type':'url_citation','url_citation':{'url':'https://a'}},{'type':'url_citation','url_citation':{'url':'https://b'}}]}"),
            choice(
                "'delta':{'content':'','images':[{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBO'},'index':0}]},'finish_reason':'stop'")),
        shape(
            "Azure: filter chunk first, offsets, content filter at the end",
            "text=a ContentFilter",
            "{'choices':[],'prompt_filter_results':[{'prompt_index':0,'content_filter_results':{}}]}",
            choice("'delta':{'content':'a'},'content_filter_results':{'hate':{'filtered':false}}"),
            choice(
                "'finish_reason':null,'content_filter_offsets':{'check_offset':1},'content_filter_results':{}"),
            choice("'delta':{},'finish_reason':'content_filter'"),
            "[DONE]"),
        shape(
            "Azure: a text and a call, then an empty usage chunk",
            "text=a calls=[x f {}] ToolCalls",
            choice("'delta':{'content':'a'}"),
            choice(
                "'delta':{'tool_calls':[{'function':{'arguments':'','name':'f'},'id':'x','index':0,'type':'function'}]}"),
            choice("'delta':{'tool_calls':[{'function':{'arguments':'{}'},'index':0}]}"),
            choice("'delta':{},'finish_reason':'tool_calls'"),
            "{'choices':[],'usage':{'prompt_tokens':1,'completion_tokens':2}}",
            "[DONE]"),
        shape(
            "Bedrock gateway: end_turn, signature of thinking",
            "thinking=hm text=a kept=1 Stop",
            choice(
                "'delta':{'reasoning_content':'hm','thinking_blocks':[{'type':'thinking','thinking':'hm'}]}"),
            choice(
                "'delta':{'thinking_blocks':[{'type':'thinking','thinking':'','signature':'S'}]}"),
            choice("'delta':{'content':'a'}"),
            choice("'delta':{},'finish_reason':'end_turn'"),
            "[DONE]"),
        shape(
            "Bedrock gateway: call with index 1 only, input in pieces",
            "text=a calls=[tooluse_1 f {'a':1}] ToolCalls",
            choice("'delta':{'content':'a'}"),
            choice(
                "'delta':{'tool_calls':[{'index':1,'id':'tooluse_1','type':'function','function':{'name':'f','arguments':''}}]}"),
            choice(
                "'delta':{'tool_calls':[{'index':1,'id':'tooluse_1','type':'function','function':{'name':'f','arguments':'{\\'a\\':'}}]}"),
            choice(
                "'delta':{'tool_calls':[{'index':1,'id':'tooluse_1','type':'function','function':{'name':'f','arguments':'1}'}}]}"),
            choice("'delta':{},'finish_reason':'tool_use'")),
        shape(
            "Cohere: COMPLETE, citations as objects without address, tool plan",
            "text=a left=citations Stop",
            choice("'delta':{'role':'assistant','content':'a'}"),
            choice("'delta':{'citations':{'start':0,'end':1,'text':'a','sources':[{'id':'d'}]}}"),
            choice("'delta':{},'finish_reason':'COMPLETE'")),
        shape(
            "Cohere: parameters in place of arguments",
            "calls=[f0 f {'a':1}] ToolCalls",
            choice(
                "'delta':{'tool_calls':[{'index':0,'id':'f0','type':'function','function':{'name':'f','parameters':{'a':1}}}]},'finish_reason':'TOOL_CALL'")),
        shape(
            "Qwen: a stream that says all so far, in messages",
            "thinking=hm text=abc Stop",
            choice(
                "'message':{'role':'assistant','content':'','reasoning_content':'h'},'finish_reason':'null'"),
            choice(
                "'message':{'role':'assistant','content':'a','reasoning_content':'hm'},'finish_reason':'null'"),
            choice(
                "'message':{'role':'assistant','content':'abc','reasoning_content':'hm'},'finish_reason':'stop'")),
        shape(
            "Qwen: fragments with id '' and name null after the first",
            "calls=[c f {'a':1}] ToolCalls",
            choice(
                "'delta':{'content':null,'tool_calls':[{'id':'c','type':'function','index':0,'function':{'name':'f','arguments':''}}]}"),
            choice(
                "'delta':{'content':null,'tool_calls':[{'id':'','type':'function','index':0,'function':{'name':null,'arguments':'{\\'a\\':'}}]}"),
            choice(
                "'delta':{'content':null,'tool_calls':[{'id':'','type':'function','index':0,'function':{'arguments':'1}'}}]}"),
            choice("'delta':{'content':'','reasoning_content':null},'finish_reason':'tool_calls'"),
            "[DONE]"),
        shape(
            "MiniMax: whole message at the end, base_resp",
            "thinking=hm text=ab kept=1 Stop",
            choice(
                "'delta':{'role':'assistant','content':'a','reasoning_details':[{'type':'reasoning.text','id':'r','format':'m','index':0,'text':'hm'}]}"),
            choice("'delta':{'content':'b'},'finish_reason':'stop'"),
            "{'choices':[{'finish_reason':'stop','index':0,'message':{'content':'ab','role':'assistant','reasoning_details':[{'type':'reasoning.text','id':'r','format':'m','index':0,'text':'hm'}]}}],'object':'chat.completion','base_resp':{'status_code':0,'status_msg':''}}"),
        shape(
            "MiniMax: sensitive input, an empty choice",
            "Rejected",
            "{'choices':[{'index':0,'message':{'content':'','role':'assistant'},'finish_reason':'stop'}],'input_sensitive':true,'base_resp':{'status_code':1026,'status_msg':'input new_sensitive'}}"),
        shape(
            "Zhipu: web_search beside the choices, sensitive",
            "text=a annotations=1 ContentFilter",
            "{'web_search':[{'title':'W','link':'https://w','content':'x','icon':'','media':'m','refer':'1'}],'choices':[{'index':0,'delta':{'role':'assistant','content':'a'}}]}",
            choice("'delta':{'role':'assistant','content':''},'finish_reason':'sensitive'"),
            "[DONE]"),
        shape(
            "Zhipu: a call of its own kind beside a function",
            "calls=[x f {}] left=tool_calls ToolCalls",
            choice(
                "'delta':{'tool_calls':[{'index':0,'id':'w','type':'web_search','web_search':{'outputs':[1]}},{'index':1,'id':'x','type':'function','function':{'name':'f','arguments':'{}'}}]},'finish_reason':'tool_calls'")),
        shape(
            "LiteLLM: provider_specific_fields on each chunk, role null",
            "text=abc kept=1 Stop",
            choice(
                "'delta':{'provider_specific_fields':{'citation':{'c':1}},'content':'a','role':'assistant'}"),
            choice(
                "'delta':{'provider_specific_fields':{'citation':{'c':1}},'content':'b','role':null,'tool_calls':null,'audio':null}"),
            choice("'delta':{'provider_specific_fields':null,'content':'c'}"),
            choice("'delta':{'provider_specific_fields':null},'finish_reason':'stop'"),
            "[DONE]"),
        shape(
            "LiteLLM: Anthropic's index counts blocks, so the call has 1",
            "text=a calls=[toolu_1 f {}, toolu_2 f {}] ToolCalls",
            choice("'delta':{'content':'a'}"),
            choice(
                "'delta':{'tool_calls':[{'id':'toolu_1','index':1,'type':'function','function':{'name':'f','arguments':''}}]}"),
            choice(
                "'delta':{'tool_calls':[{'id':null,'index':1,'function':{'name':null,'arguments':'{}'}}]}"),
            choice(
                "'delta':{'tool_calls':[{'id':'toolu_2','index':2,'type':'function','function':{'name':'f','arguments':''}}]}"),
            choice(
                "'delta':{'tool_calls':[{'id':null,'index':2,'function':{'name':null,'arguments':'{}'}}]}"),
            choice("'delta':{},'finish_reason':'tool_calls'")),
        shape(
            "Perplexity: search results and citations on every chunk, message and delta",
            "text=ab annotations=1 Stop",
            "{'citations':['https://w'],'search_results':[{'title':'W','url':'https://w','date':null}],'choices':[{'index':0,'message':{'role':'assistant','content':'a'},'delta':{'role':'assistant','content':'a'},'finish_reason':null}]}",
            "{'citations':['https://w'],'search_results':[{'title':'W','url':'https://w','date':null}],'choices':[{'index':0,'message':{'role':'assistant','content':'ab'},'delta':{'role':'assistant','content':'b'},'finish_reason':'stop'}]}"),
        shape(
            "xAI: citations only at the end, a refusal of length",
            "text=a annotations=1 Length",
            choice("'delta':{'content':'a','role':'assistant'}"),
            "{'choices':[{'index':0,'delta':{},'finish_reason':'length'}],'citations':['https://w']}"),
        shape(
            "Moonshot: usage in the choice, partial",
            "text=a Stop",
            choice("'delta':{'role':'assistant','content':'a'}"),
            choice(
                "'delta':{},'finish_reason':'stop','usage':{'prompt_tokens':1,'completion_tokens':2}"),
            "[DONE]"),
        shape(
            "OpenAI: audio of a whole message",
            "text=hi media=1 Stop",
            choice(
                "'message':{'role':'assistant','content':null,'refusal':null,'audio':{'id':'a','data':'UklGRg==','transcript':'hi','expires_at':1}},'finish_reason':'stop'")),
        shape(
            "Text Generation Inference: one call as an object, text 'null'",
            "calls=[0 f {'a':1}] ToolCalls",
            choice(
                "'delta':{'role':'assistant','tool_calls':{'index':0,'id':'0','type':'function','function':{'name':'f','arguments':'{\\'a\\':1}'}}},'finish_reason':null"),
            choice("'delta':{'role':'assistant','content':''},'finish_reason':'eos_token'"),
            "[DONE]"),
        shape(
            "SGLang: matched_stop, reason abort",
            "text=a Truncated",
            choice("'delta':{'content':'a'},'matched_stop':null"),
            choice("'delta':{},'finish_reason':'abort','matched_stop':null")),
        shape(
            "Copilot: opaque reasoning, choices empty with filter, text null",
            "thinking=hm text=a kept=1 Stop",
            choice("'delta':{'content':null,'reasoning_text':'hm','reasoning_opaque':null}"),
            choice("'delta':{'content':null,'reasoning_opaque':'O'}"),
            choice("'delta':{'content':'a'},'finish_reason':'stop'")));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void nothingIsLost(Shape shape) throws Exception {
    Heard heard = Heard.of(shape.chunks().toArray(String[]::new));
    assertThat(summary(heard)).as(heard.toString()).isEqualTo(shape.expected());
  }

  private static String summary(Heard heard) {
    List<String> words = new ArrayList<>();
    add(words, "thinking", heard.thinking());
    add(words, "text", heard.text());
    add(words, "calls", heard.calls().isEmpty() ? "" : heard.calls().toString());
    add(words, "media", count(heard, ModelEvent.Media.class));
    add(words, "annotations", count(heard, ModelEvent.Annotation.class));
    add(words, "kept", count(heard, ModelEvent.Keep.class));
    heard.events().stream()
        .filter(ModelEvent.LeftOut.class::isInstance)
        .forEach(it -> add(words, "left", ((ModelEvent.LeftOut) it).what()));
    words.add(heard.end());
    return String.join(" ", words);
  }

  private static String count(Heard heard, Class<?> kind) {
    long count = heard.events().stream().filter(kind::isInstance).count();
    return count == 0 ? "" : "" + count;
  }

  private static void add(List<String> words, String name, String value) {
    if (!value.isEmpty()) {
      words.add(name + "=" + value);
    }
  }

  private static String choice(String said) {
    return "{'id':'c','model':'m','choices':[{'index':0," + said + "}]}";
  }
}
