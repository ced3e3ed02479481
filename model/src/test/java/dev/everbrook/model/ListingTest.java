package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shapes in which providers list their models, and which of them can chat. */
class ListingTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'data':[{'id':'a'},{'id':'b'},{},{'id':''},{'id':7},null]}",
        "[{'id':'a'},{'id':'b'}]",
        "['a','b',' ']",
        "{'models':[{'name':'a'},{'model':'b','name':'B'}]}",
        "{'object':'list','data':[{'name':'a'},{'name':'b'}]}",
        "{'data':['a','b']}",
        "{'data':null,'models':[{'id':'a'},{'id':'b'}]}",
        "{'data':[],'models':[{'id':'a'},{'id':'b'}]}",
        "{'success':true,'result':[{'id':'a'},{'id':'b'}]}",
        "{'code':0,'data':{'models':[{'id':'a'},{'id':'b'}]}}",
        "{'result':{'data':['a','b']}}"
      })
  void everyShapeOfAListIsRead(String json) {
    assertThat(offered(json).names()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "null", "7", "{'data':{}}", "{'error':{'message':'x'}}", "<p>"})
  void whatIsNoListIsUnknown(String json) {
    assertThat(Listing.Offered.of(json.replace('\'', '"'))).isInstanceOf(Listing.Unknown.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'data':[{'id':'a'}],'has_more':true}",
        "{'models':[{'name':'a'}],'next_page_token':'x'}",
        "{'models':[{'name':'a'}],'nextPageToken':'x'}",
        "{'data':[{'id':'a'}],'next':'https://h/models?page=2'}"
      })
  void aPageSaysThatThereIsMore(String json) {
    assertThat(offered(json).more()).isTrue();
    assertThat(offered("{'data':[],'has_more':false,'next_page_token':''}").more()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text-embedding-3-small",
        "text-embedding-nomic-embed-text-v1.5",
        "nomic-embed-text:latest",
        "BAAI/bge-m3",
        "thenlper/gte-large",
        "intfloat/multilingual-e5-large",
        "all-minilm",
        "voyage-3",
        "rerank-english-v3.0",
        "BAAI/bge-reranker-v2-m3",
        "whisper-1",
        "distil-whisper-large-v3-en",
        "tts-1-hd",
        "gpt-4o-mini-tts",
        "gpt-4o-transcribe",
        "gpt-4o-realtime-preview",
        "gpt-4o-audio-preview",
        "playai-tts",
        "xtts-v2",
        "hexgrad/Kokoro-82M",
        "nvidia/parakeet-tdt-0.6b",
        "qwen3-asr-flash",
        "dall-e-3",
        "gpt-image-1",
        "imagen-4.0-generate-001",
        "gemini-2.5-flash-image",
        "stable-diffusion-xl-1024",
        "black-forest-labs/FLUX.1-dev",
        "veo-3.0-generate-preview",
        "sora-2",
        "omni-moderation-latest",
        "meta-llama/Llama-Guard-4-12B",
        "shieldgemma-9b-guard",
        "mistral-ocr-latest",
        "deepseek-ai/DeepSeek-OCR",
        "olmOCR-7B",
        "clip-vit-base",
        "shieldgemma-9b",
        "gemini-2.0-flash-live-001",
        "FunAudioLLM/SenseVoiceSmall",
        "cosyvoice-v2",
        "Kwai-Kolors/Kolors",
        "cogview-3-plus",
        "wanx2.1-t2i-turbo",
        "doubao-seedream-3-0",
        "paraformer-v2",
        "sentence-transformers/LaBSE",
        "google-bert/bert-base-uncased",
        "nvidia/canary-1b",
        "babbage-002",
        "davinci-002",
        "gpt-3.5-turbo-instruct"
      })
  void aModelWhoseNameTellsThatItHoldsNoConversationIsNotTaken(String name) {
    assertThat(offered("{'data':[{'id':'" + name + "'},{'id':'good'}]}").firstChat())
        .contains("good");
    assertThat(offered("['" + name + "']").firstChat()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-4o-mini",
        "gpt-3.5-turbo",
        "chatgpt-4o-latest",
        "o4-mini",
        "llama3.2:1b",
        "meta-llama/Llama-3.3-70B-Instruct",
        "mistral-large-latest",
        "models/gemini-2.0-flash",
        "gemma-3-27b-it",
        "qwen2.5-vl-7b-instruct",
        "Socrates-7b",
        "sim-8b",
        "claude-sonnet-4-5",
        "deepseek-reasoner",
        "phi-4",
        "pixtral-12b",
        "eclipse-9b",
        "command-r-plus"
      })
  void aModelThatMayChatIsTaken(String name) {
    assertThat(offered("['" + name + "']").firstChat()).contains(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'type':'embedding'",
        "'type':'embeddings'",
        "'type':'rerank'",
        "'type':'image'",
        "'type':'audio'",
        "'type':'moderation'",
        "'type':'transcribe'",
        "'task':'text-to-image'",
        "'task':{'name':'Text Embeddings'}",
        "'task':'automatic-speech-recognition'",
        "'pipeline_tag':'feature-extraction'",
        "'capabilities':['embedding']",
        "'capabilities':{'completion_chat':false,'embeddings':true}",
        "'capabilities':{'type':'embeddings'}",
        "'endpoints':['embed','classify']",
        "'supported_endpoints':['/v1/embeddings']",
        "'supportedGenerationMethods':['embedContent']",
        "'architecture':{'output_modalities':['image']}",
        "'architecture':{'input_modalities':['audio']}"
      })
  void aModelWhoseEntryTellsThatItHoldsNoConversationIsNotTaken(String kind) {
    assertThat(offered("{'data':[{'id':'x'," + kind + "},{'id':'good'}]}").firstChat())
        .contains("good");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'type':'llm'",
        "'type':'vlm'",
        "'type':'chat'",
        "'type':'model'",
        "'type':null",
        "'capabilities':['completion','vision']",
        "'capabilities':['tool_use']",
        "'capabilities':{'completion_chat':true}",
        "'endpoints':['generate','chat']",
        "'endpoints':[]",
        "'supportedGenerationMethods':['generateContent','countTokens']",
        "'architecture':{'output_modalities':['text','image'],'input_modalities':['text']}"
      })
  void aModelWhoseEntryTellsThatItChatsIsTaken(String kind) {
    assertThat(offered("{'data':[{'id':'x'," + kind + "}]}").firstChat()).contains("x");
  }

  @Test
  void aLongListIsReadWhole() {
    String list =
        IntStream.range(0, 20_000)
            .mapToObj(i -> "{\"id\":\"embed-" + i + "\"}")
            .collect(Collectors.joining(",", "{\"data\":[", ",{\"id\":\"last\"}]}"));
    Listing.Offered offered = (Listing.Offered) Listing.Offered.of(list);
    assertThat(offered.names()).hasSize(20_001);
    assertThat(offered.firstChat()).contains("last");
    assertThat(offered("[]")).isEqualTo(new Listing.Offered(List.of(), false));
  }

  private static Listing.Offered offered(String json) {
    return (Listing.Offered) Listing.Offered.of(json.replace('\'', '"'));
  }
}
