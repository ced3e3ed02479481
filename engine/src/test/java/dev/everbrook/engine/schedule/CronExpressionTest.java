package dev.everbrook.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronExpressionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          * * * * *          | 2026-01-01T00:01 2026-01-01T00:02
          */15 * * * *       | 2026-01-01T00:15 2026-01-01T00:30 2026-01-01T00:45 2026-01-01T01:00
          5-59/20 * * * *    | 2026-01-01T00:05 2026-01-01T00:25 2026-01-01T00:45 2026-01-01T01:05
          0,30 9-10 * * *    | 2026-01-01T09:00 2026-01-01T09:30 2026-01-01T10:00 2026-01-01T10:30 2026-01-02T09:00
          0 */8 * * *        | 2026-01-01T08:00 2026-01-01T16:00 2026-01-02T00:00
          0 0 1,15 * *       | 2026-01-15T00:00 2026-02-01T00:00
          0 0 31 * *         | 2026-01-31T00:00 2026-03-31T00:00 2026-05-31T00:00
          0 12 * FEB-apr/2 * | 2026-02-01T12:00 2026-02-02T12:00
          0 0 * * 0          | 2026-01-04T00:00 2026-01-11T00:00
          0 0 * * 7          | 2026-01-04T00:00 2026-01-11T00:00
          0 0 * * sun        | 2026-01-04T00:00 2026-01-11T00:00
          0 0 * * 5-7        | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-09T00:00
          0 0 * * FRI-SUN    | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-09T00:00
          0 0 * * MON,wed    | 2026-01-05T00:00 2026-01-07T00:00 2026-01-12T00:00
          0 0 * * 0-7/2      | 2026-01-03T00:00 2026-01-04T00:00 2026-01-06T00:00 2026-01-08T00:00
          0 0 13 * 5         | 2026-01-02T00:00 2026-01-09T00:00 2026-01-13T00:00 2026-01-16T00:00
          0 0 */2 * 1        | 2026-01-05T00:00 2026-01-19T00:00 2026-02-09T00:00
          0 0 13 * */5       | 2026-02-13T00:00 2026-03-13T00:00 2026-09-13T00:00
          0 0 29 2 *         | 2028-02-29T00:00 2032-02-29T00:00
          0 0 29 2 */7       | 2032-02-29T00:00 2060-02-29T00:00 2088-02-29T00:00 2128-02-29T00:00
          @hourly            | 2026-01-01T01:00 2026-01-01T02:00
          @daily             | 2026-01-02T00:00 2026-01-03T00:00
          @midnight          | 2026-01-02T00:00 2026-01-03T00:00
          @weekly            | 2026-01-04T00:00 2026-01-11T00:00
          @Monthly           | 2026-02-01T00:00 2026-03-01T00:00
          @yearly            | 2027-01-01T00:00 2028-01-01T00:00
          @annually          | 2027-01-01T00:00 2028-01-01T00:00
          """)
  void theNextTimesAreThoseOfCrontab(String expression, String times) {
    List<LocalDateTime> expected =
        List.of(times.split(" ")).stream().map(LocalDateTime::parse).toList();
    CronExpression cron = CronExpression.parse(expression);
    List<LocalDateTime> found = new ArrayList<>();
    LocalDateTime time = LocalDateTime.parse("2026-01-01T00:00:30");
    while (found.size() < expected.size()) {
      time = cron.after(time);
      found.add(time);
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          60 * * * *      | its minute must be 0 to 59; was '60'
          * 24 * * *      | its hour must be 0 to 23; was '24'
          * * 0 * *       | its day of the month must be 1 to 31; was '0'
          * * * 13 *      | its month must be 1 to 12; was '13'
          * * * * 8       | its day of the week must be 0 to 7; was '8'
          * * * JANUARY * | its month may have * or 1 to 12 or JAN to DEC, with , - and /; was 'JANUARY'
          * * L * *       | its day of the month may have * or 1 to 31, with , - and /; was 'L'
          * * ? * *       | its day of the month may have * or 1 to 31, with , - and /; was '?'
          * * * * 5#2     | its day of the week may have * or 0 to 7 or SUN to SAT, with , - and /; was '5#2'
          1,,2 * * * *    | its minute may have * or 0 to 59, with , - and /; was '1,,2'
          -5 * * * *      | its minute may have * or 0 to 59, with , - and /; was '-5'
          +5 * * * *      | its minute may have * or 0 to 59, with , - and /; was '+5'
          ٣ * * * *       | its minute may have * or 0 to 59, with , - and /; was '٣'
          */0 * * * *     | its minute must have a step of 1 to 59 after its /; was '*/0'
          */60 * * * *    | its minute must have a step of 1 to 59 after its /; was '*/60'
          5/15 * * * *    | its minute has a step without a range; write 5-59/15; was '5/15'
          * 22-2 * * *    | its hour goes backwards; write it as two ranges with a comma between; was '22-2'
          * * * *         | it must have 5 fields (minute, hour, day of the month, month, day of the week), had 4
          0 * * * * *     | had 6; for seconds, use a rule that says how often
          @reboot         | it must be one of @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly, or have 5 fields
          0 0 31 2 *      | there is no such day in any year
          0 0 30,31 2 *   | there is no such day in any year
          """)
  void whatIsWrongIsToldWithItsPlaceAndWhatToDo(String expression, String told) {
    assertThatThrownBy(() -> CronExpression.parse(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the cron expression '" + expression + "' cannot be used: ")
        .hasMessageEndingWith(told);
  }

  @Test
  void emptyAndEndlessExpressionsAreRefused() {
    assertThatThrownBy(() -> CronExpression.parse("  ")).hasMessageContaining("had 1");
    assertThatThrownBy(() -> CronExpression.parse("1,".repeat(100) + "1 * * * *"))
        .hasMessage("a cron expression may have at most 200 characters, had 209");
  }

  @Test
  void expressionsAreComparedAsTheyAreWrittenButForSpaces() {
    CronExpression one = CronExpression.parse("0 \t 3 * * *");
    assertThat(one).hasToString("0 3 * * *").isEqualTo(CronExpression.parse(" 0 3 * * * "));
    assertThat(one).isNotEqualTo(CronExpression.parse("0 3 * * 0-6"));
  }
}
