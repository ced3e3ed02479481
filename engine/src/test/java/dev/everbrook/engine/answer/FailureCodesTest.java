package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.ask;
import static dev.everbrook.engine.answer.Asking.follow;
import static dev.everbrook.engine.answer.Asking.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.model.Failure;
import dev.everbrook.model.Failure.Overloaded.Cause;
import dev.everbrook.model.Failure.Stalled.Phase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Each way in which a provider fails has a code of its own, by which readers are told what to do.
 */
class FailureCodesTest {

  private static final int ATTEMPTS = 3;

  @Test
  void whatWasInTheWayDecidesTheCode() throws Exception {
    FakeModel model = new FakeModel();
    Map<Failure, String> codes = new LinkedHashMap<>();
    codes.put(new Failure.Overloaded("x"), "overloaded");
    codes.put(new Failure.Overloaded("x", Cause.NAME), "unknown_host");
    codes.put(new Failure.Overloaded("x", Cause.REFUSED), "unreachable");
    codes.put(new Failure.Overloaded("x", Cause.TLS), "untrusted");
    codes.put(new Failure.Overloaded("x", Cause.BROKEN), "connection_reset");
    codes.put(new Failure.Truncated("x"), "truncated");
    codes.put(new Failure.Stalled("x", Phase.CONNECT), "connect_timeout");
    codes.put(new Failure.Stalled("x", Phase.FIRST_TOKEN), "first_token_timeout");
    codes.put(new Failure.Stalled("x", Phase.IDLE), "stalled");
    codes.put(new Failure.Stalled("x", Phase.TOTAL), "deadline");
    codes.put(new Failure.Rejected("x", 401), "key_refused");
    codes.put(new Failure.Rejected("x", 403), "key_refused");
    codes.put(new Failure.Rejected("x", 404), "model_not_found");
    codes.put(new Failure.Rejected("x", 422), "rejected");
    codes.put(new Failure.QuotaExhausted("x"), "quota_exhausted");
    codes.put(new Failure.ContextTooLong("x"), "context_too_long");
    codes.put(new Failure.Protocol("x"), "protocol");
    try (TestNode node = TestNode.start(TestNode.newDatabase(), model, TestNode.QUICK)) {
      for (Map.Entry<Failure, String> failing : codes.entrySet()) {
        Answer answer = ask(node, "why?");
        int times = failing.getKey().worthRetrying() ? ATTEMPTS : 1;
        for (int i = 0; i < times; i++) {
          model.called().fails(failing.getKey());
        }
        List<String> types = follow(node, answer);
        assertThat(types).endsWith("failed");
        assertThat(head(node, answer).error().orElseThrow())
            .as("%s", failing.getKey())
            .containsPattern("\"code\": ?\"" + failing.getValue() + "\"");
      }
    }
  }
}
