package dev.everbrook.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.stream.StreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of an append, for every state a channel and a producer can be in. */
class ProducerStandingTest {

  private static final ContentType TEXT = new ContentType("text/plain");
  private static final ContentType JSON = new ContentType("application/json");
  private static final ChannelName NAME = new ChannelName(Principal.LOCAL, "room/1");
  private static final List<byte[]> TWO = List.of(bytes("a"), bytes("b"));
  private static final ProducerStanding OPEN = standing(Channel.State.OPEN);
  private static final ProducerStanding CLOSED = standing(Channel.State.CLOSED);
  private static final Optional<Producer> NEW = Optional.empty();

  @Test
  void eventsOfTheRightTypeAreTakenAndCounted() {
    ProducerStanding.Ruling ruling = OPEN.rule(text(TWO), NEW);
    assertThat(ruling.takes()).isTrue();
    assertThat(ruling.outcome()).isEqualTo(new Appended.Taken(7, false, NEW));
    assertThat(ruling.after().next()).isEqualTo(7);
    assertThat(ruling.after().state()).isEqualTo(Channel.State.OPEN);
  }

  @Test
  void theTypeIsComparedWithoutItsParametersAndItsCase() {
    Append append = Append.of(NAME, new ContentType("TEXT/Plain; charset=utf-8"), TWO);
    assertThat(OPEN.rule(append, NEW).takes()).isTrue();
    assertThat(OPEN.rule(Append.of(NAME, JSON, TWO), NEW).outcome())
        .isEqualTo(new Appended.OtherType(TEXT));
  }

  @Test
  void closingTakesTheLastEventsAlong() {
    Append last = new Append(NAME, Optional.of(TEXT), TWO, true, NEW, Optional.empty());
    ProducerStanding.Ruling ruling = OPEN.rule(last, NEW);
    assertThat(ruling.outcome()).isEqualTo(new Appended.Taken(7, true, NEW));
    assertThat(ruling.after().state()).isEqualTo(Channel.State.CLOSED);
    assertThat(ruling.after().rule(last, NEW).outcome()).isEqualTo(new Appended.Closed(7));
  }

  @Test
  void closingAgainIsNoFault() {
    assertThat(CLOSED.rule(Append.closing(NAME), NEW).outcome())
        .isEqualTo(new Appended.Repeated(5, true, NEW));
    assertThat(CLOSED.rule(text(TWO), NEW).outcome()).isEqualTo(new Appended.Closed(5));
  }

  @Test
  void thatItIsClosedIsToldBeforeThatTheTypeIsWrong() {
    assertThat(CLOSED.rule(Append.of(NAME, JSON, TWO), NEW).outcome())
        .isEqualTo(new Appended.Closed(5));
  }

  @Test
  void aDeletedChannelTakesNothing() {
    ProducerStanding deleted = standing(Channel.State.DELETED);
    assertThat(deleted.rule(text(TWO), NEW).outcome()).isEqualTo(new Appended.Deleted());
  }

  @Test
  void aSeqMustBeGreaterCharacterByCharacter() {
    assertThat(OPEN.rule(withSeq("09"), NEW).takes()).isTrue();
    ProducerStanding nine = OPEN.rule(withSeq("9"), NEW).after();
    assertThat(nine.rule(withSeq("10"), NEW).outcome()).isEqualTo(new Appended.Behind("9"));
    assertThat(nine.rule(withSeq("9"), NEW).outcome()).isEqualTo(new Appended.Behind("9"));
    assertThat(nine.rule(withSeq("a"), NEW).takes()).isTrue();
    assertThat(nine.rule(text(TWO), NEW).after().seq()).contains("9");
  }

  @Test
  void aProducerBeginsWithZeroAndGoesOnByOne() {
    assertThat(OPEN.rule(by(0, 0), NEW).takes()).isTrue();
    assertThat(OPEN.rule(by(7, 0), NEW).takes()).isTrue();
    assertThat(OPEN.rule(by(0, 2), NEW).outcome()).isEqualTo(new Appended.Gap(0, 2));
    assertThat(OPEN.rule(by(0, 5), known(0, 4)).takes()).isTrue();
    assertThat(OPEN.rule(by(0, 6), known(0, 4)).outcome()).isEqualTo(new Appended.Gap(5, 6));
  }

  @Test
  void whatAProducerRepeatsIsNotTakenTwice() {
    for (int seq = 0; seq <= 4; seq++) {
      ProducerStanding.Ruling ruling = OPEN.rule(by(3, seq), known(3, 4));
      assertThat(ruling.takes()).isFalse();
      assertThat(ruling.outcome()).isEqualTo(new Appended.Repeated(5, false, known(3, 4)));
    }
  }

  @Test
  void aRepeatedAppendIsRecognisedBeforeItsSeqIsCompared() {
    Append append =
        new Append(NAME, Optional.of(TEXT), TWO, false, known(0, 0), Optional.of("001"));
    ProducerStanding.Ruling first = OPEN.rule(append, NEW);
    assertThat(first.after().rule(append, known(0, 0)).outcome())
        .isInstanceOf(Appended.Repeated.class);
  }

  @Test
  void aNewEpochFencesOffTheOldOne() {
    assertThat(OPEN.rule(by(3, 0), known(2, 9)).takes()).isTrue();
    assertThat(OPEN.rule(by(3, 1), known(2, 9)).outcome()).isEqualTo(new Appended.NotFromZero());
    assertThat(OPEN.rule(by(1, 10), known(2, 9)).outcome()).isEqualTo(new Appended.Fenced(2));
  }

  @Test
  void onAClosedChannelAProducerLearnsWhatStands() {
    assertThat(CLOSED.rule(by(0, 4), known(0, 4)).outcome())
        .isEqualTo(new Appended.Repeated(5, true, known(0, 4)));
    assertThat(CLOSED.rule(by(0, 5), known(0, 4)).outcome()).isEqualTo(new Appended.Closed(5));
    assertThat(CLOSED.rule(by(0, 9), known(0, 4)).outcome()).isEqualTo(new Appended.Closed(5));
    assertThat(CLOSED.rule(by(0, 0), NEW).outcome()).isEqualTo(new Appended.Closed(5));
    assertThat(CLOSED.rule(by(0, 0), known(1, 0)).outcome()).isEqualTo(new Appended.Fenced(1));
  }

  @Test
  void anAppendMustHoldSomethingThatIsNotTooMuch() {
    assertThatThrownBy(() -> text(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> text(List.of(new byte[StreamWriter.EVENT_BYTES_MAX + 1])))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] large = new byte[StreamWriter.EVENT_BYTES_MAX];
    assertThatThrownBy(() -> text(java.util.Collections.nCopies(11, large)))
        .hasMessageContaining("at a time");
  }

  private static Append text(List<byte[]> events) {
    return Append.of(NAME, TEXT, events);
  }

  private static Append withSeq(String seq) {
    return new Append(NAME, Optional.of(TEXT), TWO, false, NEW, Optional.of(seq));
  }

  private static Append by(long epoch, long seq) {
    return new Append(NAME, Optional.of(TEXT), TWO, false, known(epoch, seq), Optional.empty());
  }

  private static Optional<Producer> known(long epoch, long seq) {
    return Optional.of(new Producer("p", epoch, seq));
  }

  private static ProducerStanding standing(Channel.State state) {
    return new ProducerStanding(new StreamRef(1, new UUID(0, 1)), TEXT, state, 5, Optional.empty());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
