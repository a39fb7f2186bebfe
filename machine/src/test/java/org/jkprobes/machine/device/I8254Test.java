package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Test;

class I8254Test {
    private static final long HERTZ = 1_193_182;
    private static final int HUNDRED_HERTZ = 11_932;

    private final Timeline timeline = new Timeline();
    private final Wire line = new Wire(timeline);
    private final I8254 timer = new I8254(timeline, line);

    private void start(int control, int count) {
        timer.store(3, 1, control);
        timer.store(0, 1, count & 0xff);
        timer.store(0, 1, count >> 8);
    }

    private int count() {
        timer.store(3, 1, 0x00);
        return (int) (timer.load(0, 1) | (timer.load(0, 1) << 8));
    }

    /** The ns at which so many whole ticks have passed. */
    private static long at(long ticks) {
        return (ticks * 1_000_000_000L + HERTZ - 1) / HERTZ;
    }

    /** The edge is up to one tick late, as QEMU's is. */
    @Test
    void aRateGeneratorNeverDrifts() {
        start(0x34, HUNDRED_HERTZ);
        Wire.passTo(timeline, at(HUNDRED_HERTZ * 1000L) + 900);
        assertThat(line.rises).hasSize(1000);
        for (int i = 0; i < 1000; i++) {
            long exact = at(HUNDRED_HERTZ * (i + 1L));
            assertThat(line.rises.get(i)).as("period %d", i).isBetween(exact, exact + 839);
        }
    }

    @Test
    void aSquareWaveIsHighForHalfOfIt() {
        start(0x36, 1000);
        assertThat(line.level()).isTrue();
        Wire.passTo(timeline, at(500) + 1);
        assertThat(line.level()).isFalse();
        Wire.passTo(timeline, at(1000) + 1);
        assertThat(line.level()).isTrue();
    }

    @Test
    void theEndOfCountInterruptsOnce() {
        start(0x30, 300);
        assertThat(line.level()).isFalse();
        Wire.passTo(timeline, at(300) + 1);
        assertThat(line.level()).isTrue();
        Wire.passTo(timeline, at(200_000));
        assertThat(line.rises).hasSize(1);
    }

    @Test
    void theStrobeLastsOneTick() {
        start(0x38, 300);
        Wire.passTo(timeline, at(300) + 1);
        assertThat(line.level()).isTrue();
        Wire.passTo(timeline, at(301) + 1);
        assertThat(line.level()).isFalse();
        assertThat(line.rises).hasSize(1);
    }

    @Test
    void aLatchedCountStandsStill() {
        start(0x34, 50_000);
        Wire.passTo(timeline, at(20_000));
        timer.store(3, 1, 0x00);
        Wire.passTo(timeline, at(30_000));
        assertThat(timer.load(0, 1) | (timer.load(0, 1) << 8)).isEqualTo(30_000);
        assertThat(count()).isEqualTo(20_000);
    }

    @Test
    void aCountOfZeroIs65536() {
        start(0x34, 0);
        Wire.passTo(timeline, at(1));
        assertThat(count()).isEqualTo(65_535);
    }

    @Test
    void readBackGivesStatusThenCount() {
        start(0x30, 300);
        Wire.passTo(timeline, at(100));
        timer.store(3, 1, 0xc2);
        assertThat(timer.load(0, 1)).isEqualTo(0x30);
        assertThat(timer.load(0, 1) | (timer.load(0, 1) << 8)).isEqualTo(200);
        Wire.passTo(timeline, at(400));
        timer.store(3, 1, 0xe2);
        assertThat(timer.load(0, 1)).isEqualTo(0xb0);
    }

    @Test
    void aRestoredTimerTicksOn() {
        start(0x34, HUNDRED_HERTZ);
        Wire.passTo(timeline, 123_456_789);
        StateOutput state = new StateOutput();
        timeline.save(state);
        timer.save(state);
        Timeline otherTimeline = new Timeline();
        Wire otherLine = new Wire(otherTimeline);
        I8254 other = new I8254(otherTimeline, otherLine);
        StateInput in = new StateInput(state.toByteArray());
        otherTimeline.restore(in);
        other.restore(in);
        line.rises.clear();
        Wire.passTo(timeline, 1_000_000_000);
        Wire.passTo(otherTimeline, 1_000_000_000);
        assertThat(otherLine.rises).isEqualTo(line.rises).isNotEmpty();
    }
}
