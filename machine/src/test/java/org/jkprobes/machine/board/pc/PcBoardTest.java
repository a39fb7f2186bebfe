package org.jkprobes.machine.board.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.jkprobes.machine.Board;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PcBoardTest {
    private static PcBoard board(Timeline timeline, ConsoleSink sink) {
        PcBoard board = new PcBoard(timeline, new PcMemory(256L << 20), Mc146818.DEFAULT_START, sink);
        PcFirmware.setUp(board, timeline, X86Start.of(false, 0, 0, 0, 0, 0, 0));
        return board;
    }

    private static byte[] state(Timeline timeline, PcBoard board) {
        StateOutput out = new StateOutput();
        timeline.save(out);
        board.save(out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "256, 0x0009ffff, 0x0009ffff",
        "256, 0x000a0000, -1",
        "256, 0x000bffff, -1",
        "256, 0x000c0000, 0x000c0000",
        "256, 0x0fffffff, 0x0fffffff",
        "256, 0x10000000, -1",
        "256, 0x100000000, -1",
        "4096, 0xbfffffff, 0xbfffffff",
        "4096, 0xc0000000, -1",
        "4096, 0x100000000, 0xc0000000",
        "4096, 0x13fffffff, 0xffffffff",
        "4096, 0x140000000, -1",
    })
    void memoryLiesAroundTheHoles(int mebibytes, String physical, String offset) {
        assertThat(new PcMemory((long) mebibytes << 20).offset(Long.decode(physical)))
                .isEqualTo(Long.decode(offset));
    }

    @Test
    void memoryHasLimits() {
        assertThatThrownBy(() -> new PcMemory(32L << 30)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PcMemory(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theConsoleTalksAndListens() {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        PcBoard board = board(new Timeline(), sent::write);
        boolean[] pin = new boolean[1];
        board.connect(level -> pin[0] = level, () -> {});
        board.ports().store(0x3f8, 1, 'A');
        assertThat(sent.toByteArray()).containsExactly('A');
        board.ports().store(0x21, 1, 0xef);
        board.ports().store(0x3f9, 1, 1);
        assertThat(board.key('k')).isTrue();
        assertThat(board.key('l')).as("no room").isFalse();
        assertThat(pin[0]).isTrue();
        assertThat(board.interrupts().acknowledge()).isEqualTo(0x0c);
        assertThat(board.ports().load(0x3f8, 1)).isEqualTo('k');
    }

    @Test
    void resetAndPowerOffAreAskedFor() {
        int[][] resets = {{0xcf9, 6}, {0x64, 0xfe}, {0x92, 1}};
        for (int[] reset : resets) {
            PcBoard board = board(new Timeline(), ConsoleSink.NONE);
            assertThat(board.stop()).isEqualTo(Board.Stop.NONE);
            board.ports().store(reset[0], 1, reset[1]);
            assertThat(board.stop()).isEqualTo(Board.Stop.RESET);
        }
        PcBoard off = board(new Timeline(), ConsoleSink.NONE);
        off.ports().store(PcFirmware.PM_BASE + 4, 2, 0x2000);
        assertThat(off.stop()).isEqualTo(Board.Stop.POWER_OFF);
    }

    @Test
    void theLocalApicCanMove() {
        PcBoard board = board(new Timeline(), ConsoleSink.NONE);
        assertThat(board.load(0xfee0_0030L, 4)).isEqualTo(0x5_0014);
        board.interrupts().apicBase(0xfed0_0900L);
        assertThat(board.load(0xfee0_0030L, 4)).isZero();
        assertThat(board.load(0xfed0_0030L, 4)).isEqualTo(0x5_0014);
    }

    /** One random access, at one random later time, on all boards alike. */
    private static long step(Random random, Timeline timeline, PcBoard board) {
        int[] ports = {
            0x20, 0x21, 0xa0, 0xa1, 0x40, 0x41, 0x42, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x82, 0x92, 0x3f8, 0x3f9,
            0x3fa, 0x3fb, 0x3fc, 0x600, 0x602, 0x604, 0x608, 0xcf8, 0xcfc
        };
        boolean memory = random.nextBoolean();
        long physical = random.nextBoolean()
                ? 0xfee0_0000L + 16L * random.nextInt(0x40)
                : 0xfec0_0000L + 16L * random.nextInt(2);
        int port = ports[random.nextInt(ports.length)];
        int size = port >= 0xcf8 ? 4 : port >= 0x600 ? 2 : 1;
        long value = random.nextInt() & 0xffff_ffffL;
        boolean window = port == 0xcfc;
        boolean store = random.nextBoolean() && !window;
        long until = timeline.now() + random.nextInt(300_000);
        while (timeline.nextDue() <= until) {
            timeline.idleUntil(timeline.nextDue());
            timeline.fireDue();
        }
        timeline.idleUntil(until);
        if (memory) {
            if (store) {
                board.store(physical, 4, value);
            }
            return board.load(physical, 4)
                    + (board.interrupts().pending() ? board.interrupts().acknowledge() : 0);
        }
        if (store) {
            board.ports().store(port, size, value & (1L << 8 * size) - 1);
        }
        return board.ports().load(port, size);
    }

    @Test
    void aRestoredBoardGoesOnAsIfNothingHadHappened() {
        long seed = 440;
        for (int round = 0; round < 20; round++) {
            Timeline timeline = new Timeline();
            PcBoard board = board(timeline, ConsoleSink.NONE);
            Random random = new Random(seed + round);
            for (int i = 0; i < 500; i++) {
                step(random, timeline, board);
            }
            byte[] saved = state(timeline, board);
            Timeline otherTimeline = new Timeline();
            PcBoard other = new PcBoard(otherTimeline, new PcMemory(256L << 20), 0, ConsoleSink.NONE);
            StateInput in = new StateInput(saved);
            otherTimeline.restore(in);
            other.restore(in);
            assertThat(in.atEnd()).isTrue();
            assertThat(state(otherTimeline, other)).as("seed %d", seed + round).isEqualTo(saved);
            Random one = new Random(round);
            Random two = new Random(round);
            for (int i = 0; i < 500; i++) {
                assertThat(step(two, otherTimeline, other))
                        .as("seed %d, step %d", seed + round, i)
                        .isEqualTo(step(one, timeline, board));
            }
            assertThat(state(otherTimeline, other)).isEqualTo(state(timeline, board));
        }
    }
}
