package org.jkprobes.machine.board.pc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;

/**
 * Device accesses at known instants. QEMU runs them as straight-line guest code from a ROM with 8 ns of virtual time an instruction, records
 * what each read gives and sends it through the debug port; our board gets the same accesses at the same virtual times. Interrupts are taken
 * in windows only, by handlers that record their vector.
 *
 * <p>In QEMU an access sees the time at which its instruction will have retired, while timers that came due within that instruction run
 * after it.
 */
final class PcScript {
    static final PcMemory MEMORY = new PcMemory(256L << 20);

    private static final int RESULTS = 0x200_0000;
    private static final int STACK = 0x100_0000;
    private static final int IDT = 0x12_0000;
    private static final int HANDLERS = 0x11_0000;
    private static final int DEBUG_PORT = 0xe9;
    private static final int HANDLER_INSTRUCTIONS = 3;
    /** Instructions in which interrupts may be taken. */
    private static final int WINDOW = 3;

    private final BiosCode code = new BiosCode();
    private final List<String> reads = new ArrayList<>();
    /** What was done since the last read. */
    private final StringBuilder between = new StringBuilder();

    private final List<Long> ours = new ArrayList<>();
    private final Timeline timeline = new Timeline();
    private final PcBoard board = new PcBoard(timeline, MEMORY, Mc146818.DEFAULT_START, ConsoleSink.NONE);
    private int nmis;

    /** Instructions that were run by interrupt handlers. */
    private long handled;

    PcScript() {
        board.connect(level -> {}, () -> nmis++);
        code.moveEdi(RESULTS);
        code.moveEsp(STACK);
        interruptTable();
    }

    /** Vectors 32 to 255: {@code mov byte [edi], vector; inc edi; iret}, one every 8 bytes. */
    private void interruptTable() {
        for (int vector = 32; vector < 256; vector++) {
            int handler = HANDLERS + 8 * vector;
            word(handler, 0x0007c6 | vector << 16 | 0x47 << 24);
            word(handler + 4, 0xcf);
            word(IDT + 8 * vector, handler & 0xffff | 8 << 16);
            word(IDT + 8 * vector + 4, handler & 0xffff_0000 | 0x8e00);
        }
        word(IDT - 8, 0x7ff | IDT << 16);
        word(IDT - 4, IDT >>> 16);
        int at = IDT - 8;
        code.raw(0x0f, 0x01, 0x1d, at & 0xff, at >> 8 & 0xff, at >> 16 & 0xff, at >>> 24);
    }

    private void word(int address, int value) {
        code.moveEax(value);
        code.store(address);
    }

    private long instructions() {
        return code.instructions() + handled;
    }

    /** Lets our machine's time pass up to the instruction about to retire, with the timers that QEMU would have run by then. */
    private void catchUp() {
        long target = instructions();
        while (timeline.instructionsToNextDue() < target - timeline.retired()) {
            timeline.retire(timeline.instructionsToNextDue());
            timeline.fireDue();
        }
        timeline.retire(target - timeline.retired());
    }

    PcScript out(int port, int size, int value) {
        code.moveEdx(port);
        code.moveEax(value);
        code.out(size);
        catchUp();
        between.append(String.format("%x=%x ", port, value));
        board.ports().store(port, size, value & (1L << 8 * size) - 1);
        return this;
    }

    PcScript out(int port, int value) {
        return out(port, 1, value);
    }

    PcScript in(int port, int size) {
        code.moveEdx(port);
        code.moveEax(0);
        code.in(size);
        catchUp();
        record("port " + Integer.toHexString(port), board.ports().load(port, size));
        return this;
    }

    PcScript in(int port) {
        return in(port, 1);
    }

    PcScript store(long physical, int value) {
        code.moveEax(value);
        code.store((int) physical);
        catchUp();
        between.append(String.format("[%x]=%x ", physical, value));
        board.store(physical, 4, value & 0xffff_ffffL);
        return this;
    }

    PcScript load(long physical) {
        code.load((int) physical);
        catchUp();
        record(Long.toHexString(physical), board.load(physical, 4));
        return this;
    }

    private void record(String what, long value) {
        reads.add(String.format("%s%s? (%d ns)", between, what, timeline.now()));
        between.setLength(0);
        for (int lane = 0; lane < 4; lane++) {
            ours.add(value >> 8 * lane & 0xff);
        }
        // mov [edi], eax; add edi, 4
        code.raw(0x89, 0x07);
        code.raw(0x83, 0xc7, 0x04);
    }

    /** Lets about {@code ns} pass. */
    PcScript delay(long ns) {
        between.append(String.format("+%d ", ns));
        code.delay((int) Math.max(1, ns / (2 * Timeline.NS_PER_INSTRUCTION)));
        return this;
    }

    /** Takes what interrupts are pending, or come while those are taken; the vectors are results. At most {@code most} of them. */
    PcScript interrupts(int most) {
        // sti holds interrupts for one more instruction: the first is taken behind the first nop.
        code.raw(0xfb);
        int taken = 0;
        for (int i = 0; i < WINDOW; i++) {
            code.raw(0x90);
            passTimers();
            while (board.interrupts().pending()) {
                int vector = board.interrupts().acknowledge();
                between.append(String.format("int %x ", vector));
                reads.add(between + "(" + timeline.now() + " ns)");
                ours.add((long) vector);
                handled += HANDLER_INSTRUCTIONS;
                passTimers();
                if (++taken > most) {
                    throw new IllegalStateException("interrupts without an end: " + between);
                }
            }
        }
        code.raw(0xfa);
        return this;
    }

    /** To where interrupts are looked for behind an instruction: timers that are due then have fired. */
    private void passTimers() {
        catchUp();
        timeline.fireDue();
    }

    PcBoard board() {
        return board;
    }

    int nmis() {
        return nmis;
    }

    /** Runs the script on QEMU and compares; {@code seed} is shown when something differs. */
    void run(long seed) throws IOException, InterruptedException {
        // mov esi, RESULTS; again: mov al, [esi]; out 0xe9, al; inc esi; cmp esi, edi; jne again
        code.moveEsi(RESULTS);
        code.raw(0x8a, 0x06);
        code.raw(0xe6, DEBUG_PORT);
        code.raw(0x46);
        code.raw(0x39, 0xfe);
        code.raw(0x75, 0xf7);
        code.moveEdx(0xcf9);
        code.moveEax(6);
        code.out(1);
        code.raw(0xeb, 0xfe);
        byte[] results = qemu();
        int first = 0;
        while (first < Math.min(results.length, ours.size()) && (results[first] & 0xff) == ours.get(first)) {
            first++;
        }
        if (first < ours.size() || results.length != ours.size()) {
            int differs = first;
            assertThat(List.of(results.length, first < results.length ? results[first] & 0xff : -1))
                    .as(() -> "seed %d: result %d of %d; the last reads were%n%s%nwords from QEMU %s%nours %s"
                            .formatted(
                                    seed,
                                    differs,
                                    ours.size(),
                                    String.join("\n", context(differs)),
                                    words(results, differs),
                                    ours.subList(Math.max(0, differs - 8), Math.min(ours.size(), differs + 8))))
                    .isEqualTo(List.of(
                            ours.size(), first < ours.size() ? ours.get(first).intValue() : -1));
        }
    }

    /** The reads up to a result: words count four, interrupts one. */
    private List<String> context(int result) {
        int at = 0;
        for (int i = 0; i < reads.size(); i++) {
            at += reads.get(i).contains("?") ? 4 : 1;
            if (at > result) {
                return reads.subList(Math.max(0, i - 25), i + 1);
            }
        }
        return reads.subList(Math.max(0, reads.size() - 10), reads.size());
    }

    private static String words(byte[] results, int at) {
        StringBuilder text = new StringBuilder();
        for (int i = Math.max(0, at - 8); i < Math.min(results.length, at + 8); i++) {
            text.append(String.format("%d, ", results[i] & 0xff));
        }
        return text.toString();
    }

    private byte[] qemu() throws IOException, InterruptedException {
        Path rom = Files.createTempFile("script", ".rom");
        Path output = Files.createTempFile("script", ".out");
        try {
            Files.write(rom, code.rom());
            List<String> command = new ArrayList<>(QemuPc.COMMON);
            command.addAll(List.of(
                    "-no-reboot",
                    "-monitor",
                    "none",
                    "-bios",
                    rom.toString(),
                    "-chardev",
                    "file,id=results,path=" + output,
                    "-device",
                    "isa-debugcon,iobase=0xe9,chardev=results"));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("QEMU did not end");
            }
            return Files.readAllBytes(output);
        } finally {
            Files.delete(rom);
            Files.delete(output);
        }
    }

    /** The results as words, for tests that read nothing but words. */
    static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
