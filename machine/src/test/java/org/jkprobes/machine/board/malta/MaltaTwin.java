package org.jkprobes.machine.board.malta;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;

/** Our Malta and QEMU's side by side, as the firmware leaves them: each access goes to both, each answer must be the same. */
final class MaltaTwin implements AutoCloseable {
    static final long PORTS = 0x1800_0000L;
    static final long BRIDGE = 0x1be0_0000L;
    private static final int HISTORY = 60;

    private final QemuMalta qemu;
    private final MaltaBoard board;
    private final ArrayDeque<String> history = new ArrayDeque<>();
    private final String seed;

    /**
     * @param seed shown when an answer differs
     */
    MaltaTwin(long seed) throws Exception {
        this.seed = "seed " + seed;
        qemu = QemuMalta.start();
        board = new MaltaBoard(new Timeline(), new MaltaMemory(256L << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
        YamonBoot.programBridge(board);
        qemu.store(0x1400_0068L, 4, 0xdf);
        store(BRIDGE + 0x48, 4, 0xc0);
        store(BRIDGE + 0x50, 4, 0x40);
        store(BRIDGE + 0x58, 4, 0x80);
        store(BRIDGE + 0x60, 4, 0x3f);
        store(BRIDGE + 0x80, 4, 0xc1);
        store(BRIDGE + 0x88, 4, 0x5e);
    }

    private void note(String event) {
        if (history.size() == HISTORY) {
            history.removeFirst();
        }
        history.add(event);
    }

    void store(long physical, int size, long value) {
        note(String.format("store %d bytes at %x: %x", size, physical, value));
        qemu.store(physical, size, value);
        board.store(physical, size, value);
    }

    long load(long physical, int size) {
        note(String.format("load %d bytes at %x", size, physical));
        long expected = qemu.load(physical, size);
        assertThat(board.load(physical, size))
                .withFailMessage(() -> {
                    long ours = board.load(physical, size);
                    return String.format(
                            "expected %x, not (now) %x; %s%n%s", expected, ours, seed, String.join("\n", history));
                })
                .isEqualTo(expected);
        return expected;
    }

    void out(int port, int value) {
        store(PORTS + port, 1, value);
    }

    long in(int port) {
        return load(PORTS + port, 1);
    }

    void isaInterrupt(int irq, boolean level) {
        note("interrupt " + irq + " " + level);
        qemu.isaInterrupt(irq, level);
        board.isaInterrupt(irq).set(level);
    }

    @Override
    public void close() {
        qemu.close();
    }
}
