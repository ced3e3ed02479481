package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackingTest {

  @Test
  void eventsOfEveryLengthComeBackAsTheyWere() {
    List<byte[]> events = new ArrayList<>();
    Random random = new Random(7);
    for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384, 70_000, 2_097_152}) {
      byte[] event = new byte[length];
      random.nextBytes(event);
      events.add(event);
    }

    List<byte[]> unpacked = Packing.unpack(Packing.pack(events), events.size());

    assertThat(unpacked).hasSameSizeAs(events);
    for (int i = 0; i < events.size(); i++) {
      assertThat(unpacked.get(i)).isEqualTo(events.get(i));
    }
  }

  @Test
  void aDamagedChunkIsNotTakenForFewerEvents() {
    byte[] packed = Packing.pack(List.of(new byte[3], new byte[4]));

    assertThatThrownBy(() -> Packing.unpack(packed, 3)).hasMessageContaining("damaged");
  }
}
