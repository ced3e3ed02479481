package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.ANN;
import static dev.everbrook.engine.answer.Asking.ask;
import static dev.everbrook.engine.answer.Asking.log;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.answer.AnswerEvent.Item.CallItem;
import dev.everbrook.engine.answer.AnswerEvent.ItemAdded;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Message;
import dev.everbrook.model.ModelEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No two calls of a conversation have the same id, whatever the provider sends. */
class CallIdsTest {

  private static final UUID STREAM = UUID.fromString("00000000-0000-7000-8000-000000000001");

  private static FakeModel model;
  private static TestNode node;

  @BeforeAll
  static void start() {
    model = new FakeModel();
    node = TestNode.start(TestNode.newDatabase(), model, TestNode.QUICK);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "call_0", "0", "functions.look:0", "a\u0000b"})
  void aConversationOfManyAnswersHasEachIdOnce(String provided) throws Exception {
    List<Message> conversation = new ArrayList<>(List.of(Message.user("why?")));
    List<String> ids = new ArrayList<>();
    for (int turn = 0; turn < 3; turn++) {
      Answer answer = ask(node, new Question(ANN, "some-model", conversation));
      FakeModel.FakeCall call = model.called();
      call.does(
          called(0, Optional.of(provided)),
          called(1, Optional.of(provided)),
          called(2, Optional.empty()));
      call.finishes(new FinishReason.ToolCalls());
      for (AnswerEvent event : log(node, answer)) {
        if (event instanceof ItemAdded(CallItem(var id, _))) {
          ids.add(id);
          conversation.add(assistant(id));
          conversation.add(result(id));
        }
      }
    }
    assertThat(ids).hasSize(9).doesNotHaveDuplicates().noneMatch(String::isBlank);
  }

  @Test
  void theProvidersOwnIdStaysWhereNothingElseHasIt() {
    CallIds ids = new CallIds(STREAM, List.of(assistant("call_0"), result("call_1")));
    assertThat(ids.next("call_2", 3)).isEqualTo("call_2");
    assertThat(List.of(ids.next("call_0", 4), ids.next("call_1", 5), ids.next("call_2", 6)))
        .doesNotContain("call_0", "call_1", "call_2")
        .doesNotHaveDuplicates();
  }

  @Test
  void oneThatIsMadeUpIsTheSameOnEveryNodeAndFitsTheStrictestProvider() {
    String made = new CallIds(STREAM, List.of()).next("", 7);
    assertThat(made).matches("[0-9A-Za-z]{9}");
    assertThat(new CallIds(STREAM, List.of()).next("", 7)).isEqualTo(made);
    assertThat(new CallIds(STREAM, List.of()).next("", 8)).isNotEqualTo(made);
    assertThat(new CallIds(new UUID(1, 2), List.of()).next("", 7)).isNotEqualTo(made);
    assertThat(new CallIds(STREAM, List.of(result(made))).next("", 7)).isNotEqualTo(made);
  }

  @Test
  void anIdBeyondItsBoundIsReplaced() {
    String longest = "x".repeat(CallIds.PROVIDED_MAX);
    CallIds ids = new CallIds(STREAM, List.of());
    assertThat(ids.next(longest, 3)).isEqualTo(longest);
    assertThat(ids.next(longest + "x", 4)).hasSize(9);
  }

  private static ModelEvent called(int slot, Optional<String> id) {
    return new ModelEvent.ToolCall(slot, id, Optional.of("look"), "{}");
  }

  private static Message assistant(String id) {
    return new Message.Wire(
        "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"%s\",\"type\":\"function\"}]}"
            .formatted(id));
  }

  private static Message result(String id) {
    return new Message.Wire(
        "{\"role\":\"tool\",\"tool_call_id\":\"%s\",\"content\":\"\"}".formatted(id));
  }
}
