package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Test;

class Mc146818Test {
    private static final long SECOND = 1_000_000_000L;

    private final Timeline timeline = new Timeline();
    private final Wire line = new Wire(timeline);
    private final Mc146818 clock = new Mc146818(timeline, line, Mc146818.DEFAULT_START);

    private static int get(Mc146818 clock, int index) {
        clock.store(0, 1, index);
        return (int) clock.load(1, 1);
    }

    private int get(int index) {
        return get(clock, index);
    }

    private void set(int index, int value) {
        clock.store(0, 1, index);
        clock.store(1, 1, value);
    }

    private static int decimal(int bcd) {
        return Integer.parseInt(Integer.toHexString(bcd));
    }

    private static LocalDateTime read(Mc146818 clock) {
        return LocalDateTime.of(
                decimal(get(clock, 0x32)) * 100 + decimal(get(clock, 9)),
                decimal(get(clock, 8)),
                decimal(get(clock, 7)),
                decimal(get(clock, 4)),
                decimal(get(clock, 2)),
                decimal(get(clock, 0)));
    }

    @Test
    void startsAtTheGivenDate() {
        assertThat(read(clock)).isEqualTo("2026-01-01T00:00:00");
        assertThat(get(6)).as("Thursday").isEqualTo(5);
    }

    @Test
    void datesAreThoseOfTheCalendar() {
        Random random = new Random(146818);
        for (int i = 0; i < 2000; i++) {
            long seconds = random.nextLong(7_258_118_400L);
            LocalDateTime date = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
            Mc146818 any = new Mc146818(new Timeline(), InterruptLine.NONE, seconds);
            assertThat(read(any)).isEqualTo(date);
            assertThat(get(any, 6)).as("%s", date).isEqualTo(date.getDayOfWeek().getValue() % 7 + 1);
        }
    }

    @Test
    void whatIsSetRunsOn() {
        set(0x0b, 0x82);
        int[][] fields = {{0, 0x59}, {2, 0x59}, {4, 0x23}, {7, 0x28}, {8, 0x02}, {9, 0x28}, {0x32, 0x20}};
        for (int[] field : fields) {
            set(field[0], field[1]);
        }
        Wire.passTo(timeline, 5 * SECOND);
        assertThat(read(clock)).as("stopped").isEqualTo("2028-02-28T23:59:59");
        set(0x0b, 0x02);
        Wire.passTo(timeline, 6 * SECOND);
        assertThat(read(clock)).isEqualTo("2028-02-29T00:00:00");
    }

    @Test
    void twelveHoursAndBinary() {
        set(0x0b, 0x04);
        assertThat(get(4)).as("midnight").isEqualTo(12);
        Wire.passTo(timeline, 13 * 3600 * SECOND);
        assertThat(get(4)).as("one o'clock").isEqualTo(0x81);
        set(0x0b, 0x00);
        Wire.passTo(timeline, 23 * 3600 * SECOND);
        assertThat(get(4)).as("eleven, BCD").isEqualTo(0x91);
    }

    @Test
    void updateInProgressPrecedesTheSecondBy244Microseconds() {
        Wire.passTo(timeline, SECOND - 244_141);
        assertThat(get(0x0a) & 0x80).isZero();
        Wire.passTo(timeline, SECOND - 244_000);
        assertThat(get(0x0a) & 0x80).isEqualTo(0x80);
        Wire.passTo(timeline, SECOND);
        assertThat(get(0x0a) & 0x80).isZero();
        assertThat(get(0)).isEqualTo(1);
    }

    @Test
    void updateInterruptsComeWithTheSecond() {
        set(0x0b, 0x12);
        for (int i = 1; i <= 3; i++) {
            Wire.passTo(timeline, i * SECOND);
            assertThat(get(0x0c)).isEqualTo(0x90);
            assertThat(line.level()).isFalse();
        }
        assertThat(line.rises).containsExactly(SECOND, 2 * SECOND, 3 * SECOND);
    }

    @Test
    void theAlarmMatchesWhatItIsSetTo() {
        set(0x01, 0x05);
        set(0x03, 0x01);
        set(0x05, 0xff);
        set(0x0b, 0x22);
        Wire.passTo(timeline, 3600 * SECOND);
        assertThat(line.rises).containsExactly(65 * SECOND);
    }

    @Test
    void periodicInterruptsComeAtTheChosenRate() {
        set(0x0b, 0x42);
        long interrupts = 0;
        while (timeline.now() < SECOND) {
            Wire.passTo(timeline, timeline.now() + 100_000);
            interrupts += get(0x0c) >> 7;
        }
        assertThat(interrupts).as("rate 6 is 1024 Hz").isBetween(1023L, 1024L);
    }

    @Test
    void memoryHoldsBytes() {
        set(0x40, 0xa5);
        assertThat(get(0x40)).isEqualTo(0xa5);
        set(0x37, 0x19);
        assertThat(get(0x32)).as("the century has an alias").isEqualTo(0x19);
    }
}
