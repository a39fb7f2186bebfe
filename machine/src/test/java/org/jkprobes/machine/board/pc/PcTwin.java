package org.jkprobes.machine.board.pc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;

/** Our PC and QEMU's side by side: each access goes to both, each answer must be the same. Time stands still in both. */
final class PcTwin implements AutoCloseable {
    private static final int HISTORY = 60;

    private final QemuPc qemu = new QemuPc();
    private final PcBoard board =
            new PcBoard(new Timeline(), PcScript.MEMORY, Mc146818.DEFAULT_START, ConsoleSink.NONE);
    private final ArrayDeque<String> history = new ArrayDeque<>();
    private final long seed;

    /**
     * @param seed shown when an answer differs
     */
    PcTwin(long seed) throws Exception {
        this.seed = seed;
    }

    private void note(String event) {
        if (history.size() == HISTORY) {
            history.removeFirst();
        }
        history.add(event);
    }

    void out(int port, int size, long value) {
        note(String.format("out %d bytes at %x: %x", size, port, value));
        qemu.out(port, size, value);
        board.ports().store(port, size, value);
    }

    void out(int port, int value) {
        out(port, 1, value);
    }

    void in(int port, int size) {
        note(String.format("in %d bytes at %x", size, port));
        check(board.ports().load(port, size), qemu.in(port, size));
    }

    void in(int port) {
        in(port, 1);
    }

    void store(long physical, long value) {
        note(String.format("store at %x: %x", physical, value));
        qemu.store(physical, value);
        board.store(physical, 4, value);
    }

    void load(long physical) {
        note(String.format("load at %x", physical));
        check(board.load(physical, 4), qemu.load(physical));
    }

    private void check(long ours, long expected) {
        assertThat(Long.toHexString(ours))
                .as(() -> "seed " + seed + "\n" + String.join("\n", history))
                .isEqualTo(Long.toHexString(expected));
    }

    @Override
    public void close() {
        qemu.close();
    }
}
