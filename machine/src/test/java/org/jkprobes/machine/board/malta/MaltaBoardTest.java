package org.jkprobes.machine.board.malta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.jkprobes.machine.Board;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.InterruptLine;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaltaBoardTest {
    private static final long PORTS = 0x1800_0000L;

    private static MaltaBoard board(Timeline timeline, ConsoleSink sink) {
        MaltaBoard board = new MaltaBoard(timeline, new MaltaMemory(256L << 20), Mc146818.DEFAULT_START, sink);
        YamonBoot.programBridge(board);
        return board;
    }

    private static byte[] state(Timeline timeline, MaltaBoard board) {
        StateOutput out = new StateOutput();
        timeline.save(out);
        board.save(out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "128, 0x07ffffff, 0x07ffffff",
        "128, 0x08000000, -1",
        "256, 0x0fffffff, 0x0fffffff",
        "256, 0x10000000, -1",
        "256, 0x8fffffff, 0x0fffffff",
        "256, 0x90000000, -1",
        "512, 0x90000000, 0x10000000",
        "512, 0x20000000, -1",
        "1024, 0x20000000, 0x20000000",
        "1024, 0x3fffffff, 0x3fffffff",
        "1024, 0x40000000, -1",
        "2048, 0x7fffffff, 0x7fffffff",
        "2048, 0xffffffff, 0x7fffffff",
    })
    void memoryLiesAroundTheDevices(int mebibytes, String physical, String offset) {
        assertThat(new MaltaMemory((long) mebibytes << 20).offset(Long.decode(physical)))
                .isEqualTo(Long.decode(offset));
    }

    @Test
    void memoryHasLimits() {
        assertThatThrownBy(() -> new MaltaMemory(4096L << 20)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MaltaMemory(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theConsoleTalksAndListens() {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        MaltaBoard board = board(new Timeline(), sent::write);
        boolean[] pin = new boolean[1];
        board.connect(level -> pin[0] = level, InterruptLine.NONE);
        board.store(PORTS + 0x3f8, 1, 'A');
        assertThat(sent.toByteArray()).containsExactly('A');
        board.store(PORTS + 0x20, 1, 0x11);
        for (int word : new int[] {0x20, 4, 1, 0}) {
            board.store(PORTS + 0x21, 1, word);
        }
        board.store(PORTS + 0x3f9, 1, 1);
        assertThat(board.key('k')).isTrue();
        assertThat(board.key('l')).as("no room").isFalse();
        assertThat(pin[0]).isTrue();
        assertThat(board.load(0x1be0_0c34L, 4)).isEqualTo(0x24);
        assertThat(board.load(PORTS + 0x3f8, 1)).isEqualTo('k');
    }

    @Test
    void theThirdSerialPortHasAPinOfItsOwn() {
        MaltaBoard board = board(new Timeline(), ConsoleSink.NONE);
        boolean[] pin = new boolean[1];
        board.connect(InterruptLine.NONE, level -> pin[0] = level);
        board.store(0x1f00_0908L, 4, 2);
        assertThat(pin[0]).isTrue();
        assertThat(board.load(0x1f00_0910L, 4)).isEqualTo(2);
        assertThat(pin[0]).isFalse();
    }

    @Test
    void resetAndPowerOffAreAskedFor() {
        MaltaBoard reset = board(new Timeline(), ConsoleSink.NONE);
        assertThat(reset.stop()).isEqualTo(Board.Stop.NONE);
        reset.store(0x1f00_0500L, 4, 0x41);
        assertThat(reset.stop()).isEqualTo(Board.Stop.NONE);
        reset.store(0x1f00_0500L, 4, 0x42);
        assertThat(reset.stop()).isEqualTo(Board.Stop.RESET);

        MaltaBoard off = board(new Timeline(), ConsoleSink.NONE);
        off.store(0x1be0_0cf8L, 4, 0x8000_5340L);
        off.store(0x1be0_0cfcL, 4, 0x1001);
        off.store(0x1be0_0cf8L, 4, 0x8000_5380L);
        off.store(0x1be0_0cfcL, 4, 1);
        off.store(PORTS + 0x1004, 2, 0x2000);
        assertThat(off.stop()).isEqualTo(Board.Stop.POWER_OFF);
    }

    @Test
    void theDisplayShowsWhatIsWritten() {
        MaltaBoard board = board(new Timeline(), ConsoleSink.NONE);
        board.store(0x1f00_0410L, 4, 0xcafe_0042L);
        assertThat(board.fpga().display()).isEqualTo("CAFE0042");
        board.store(0x1f00_0420L, 4, 'x');
        assertThat(board.fpga().display()).isEqualTo("CxFE0042");
        board.store(0x1f00_0408L, 4, 0xa5);
        assertThat(board.fpga().leds()).isEqualTo(0xa5);
    }

    @Test
    void theRevisionRegisterNamesTheBoard() {
        MaltaBoard board = board(new Timeline(), ConsoleSink.NONE);
        assertThat(board.load(0x1fc0_0010L, 4)).isEqualTo(0x420);
    }

    /** One random access, at one random later time, on all boards alike. */
    private static long step(Random random, Timeline timeline, MaltaBoard board) {
        int[] ports = {
            0x20, 0x21, 0xa0, 0xa1, 0x40, 0x41, 0x42, 0x43, 0x70, 0x71, 0x2f8, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc
        };
        long physical = switch (random.nextInt(4)) {
            case 0 -> 0x1be0_0000L + 4L * random.nextInt(0x400);
            case 1 -> 0x1f00_0900L + 8L * random.nextInt(8);
            default -> PORTS + ports[random.nextInt(ports.length)];
        };
        long until = timeline.now() + random.nextInt(3_000_000);
        boolean window = physical == 0x1be0_0068L || physical == 0x1be0_0048L || physical == 0x1be0_0050L;
        int size = physical < PORTS + 0x1_0000 ? 1 : 4;
        int value = random.nextInt();
        boolean store = random.nextBoolean() && !window;
        while (timeline.nextDue() <= until) {
            timeline.idleUntil(timeline.nextDue());
            timeline.fireDue();
        }
        timeline.idleUntil(until);
        if (store) {
            board.store(physical, size, value & ((1L << (8 * size)) - 1));
        }
        return board.load(physical, size);
    }

    @Test
    void aRestoredBoardGoesOnAsIfNothingHadHappened() {
        long seed = 64120;
        for (int round = 0; round < 20; round++) {
            Timeline timeline = new Timeline();
            MaltaBoard board = board(timeline, ConsoleSink.NONE);
            Random random = new Random(seed + round);
            for (int i = 0; i < 500; i++) {
                step(random, timeline, board);
            }
            byte[] saved = state(timeline, board);
            Timeline otherTimeline = new Timeline();
            MaltaBoard other = new MaltaBoard(otherTimeline, new MaltaMemory(256L << 20), 0, ConsoleSink.NONE);
            StateInput in = new StateInput(saved);
            otherTimeline.restore(in);
            other.restore(in);
            assertThat(in.atEnd()).isTrue();
            assertThat(state(otherTimeline, other)).isEqualTo(saved);
            Random one = new Random(round);
            Random two = new Random(round);
            for (int i = 0; i < 500; i++) {
                assertThat(step(two, otherTimeline, other))
                        .as("round %d, step %d", round, i)
                        .isEqualTo(step(one, timeline, board));
            }
            assertThat(state(otherTimeline, other)).isEqualTo(state(timeline, board));
        }
    }
}
