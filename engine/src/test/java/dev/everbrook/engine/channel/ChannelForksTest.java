package dev.everbrook.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.stream.OnTwoNodes;
import org.junit.jupiter.api.Test;

/** Channels that share the past of another. */
class ChannelForksTest extends OnTwoNodes {

  @Test
  void aForkSharesThePastAndGoesItsOwnWay() throws Exception {
    ChannelName source = made(TEXT);
    append(one, source, "first", "second", "third");
    ChannelName fork = fresh();
    Creation made = one.engine().channels().create(forking(fork, source, 1, 3));
    assertThat(((Creation.Made) made).channel().next()).isEqualTo(2);
    append(two, fork, "own");
    append(one, source, "fourth");
    assertThat(read(one, fork)).containsExactly("first", "sec", "own");
    assertThat(two.engine().channels().create(forking(fork, source, 1, 3)))
        .isInstanceOf(Creation.There.class);
    assertThat(two.engine().channels().create(forking(fork, source, 1, 2)))
        .isInstanceOf(Creation.Differs.class);
    assertThat(two.engine().channels().create(forking(fresh(), source, 1, 7)))
        .isInstanceOf(Creation.Beyond.class);
    assertThat(two.engine().channels().create(forking(fresh(), source, 5, 0)))
        .isInstanceOf(Creation.Beyond.class);
  }

  @Test
  void aSourceThatWasDeletedIsKeptForItsFork() throws Exception {
    ChannelName source = made(TEXT);
    append(one, source, "shared");
    ChannelName fork = fresh();
    one.engine().channels().create(forking(fork, source, 1, 0));
    assertThat(one.engine().channels().delete(source)).isEqualTo(Deletion.DONE);
    assertThat(one.engine().channels().delete(source)).isEqualTo(Deletion.ALREADY);
    assertThat(append(one, source, "x")).isEqualTo(new Appended.Deleted());
    assertThat(one.engine().channels().create(NewChannel.of(source, TEXT)))
        .isInstanceOf(Creation.Differs.class);
    assertThat(one.engine().channels().create(forking(fresh(), source, 1, 0)))
        .isInstanceOf(Creation.Unfit.class);
    assertThat(one.engine().channels().create(forking(fork, source, 1, 0)))
        .isInstanceOf(Creation.There.class);
    assertThat(read(two, fork)).containsExactly("shared");
  }

  @Test
  void aForkInsideAnEventIsFoundAgainWhenItsSourceWasDeleted() throws Exception {
    ChannelName source = made(TEXT);
    append(one, source, "first", "second");
    ChannelName whole = fresh();
    ChannelName part = fresh();
    one.engine().channels().create(forking(whole, source, 1, 6));
    one.engine().channels().create(forking(part, source, 1, 3));
    one.engine().channels().delete(source);

    assertThat(one.engine().channels().create(forking(whole, source, 1, 6)))
        .isInstanceOf(Creation.There.class);
    assertThat(one.engine().channels().create(forking(part, source, 1, 3)))
        .isInstanceOf(Creation.There.class);
    assertThat(one.engine().channels().create(forking(whole, source, 1, 5)))
        .isInstanceOf(Creation.Differs.class);
    assertThat(one.engine().channels().create(forking(fresh(), source, 1, 3)))
        .isInstanceOf(Creation.Unfit.class);
  }
}
