package org.jkprobes.machine.board.malta;

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
 * Device accesses at known instants. QEMU runs them as straight-line guest code with 8 ns of virtual time an instruction, records
 * what each load gives and sends it through the third serial port; our board gets the same accesses at the same virtual times.
 *
 * <p>In QEMU a load or store sees the time at which its instruction will have retired, while timers that came due within that
 * instruction run after it.
 */
final class GuestScript {
    private static final int CODE = 0x8010_0000;
    private static final int RESULTS = 0xa200_0000;
    private static final int DEVICES = 0xa000_0000;
    private static final int CBUS_UART = 0xbf00_0900;
    private static final int SOFT_RESET = 0xbf00_0500;

    private static final int T0 = 8;
    private static final int T1 = 9;
    private static final int T2 = 10;
    private static final int S0 = 16;
    private static final int S1 = 17;

    private final List<Integer> code = new ArrayList<>();
    private final List<String> loads = new ArrayList<>();
    /** The stores and delays since the last load. */
    private final StringBuilder between = new StringBuilder();

    private final List<Long> ours = new ArrayList<>();
    private final Timeline timeline = new Timeline();
    private final MaltaBoard board =
            new MaltaBoard(timeline, new MaltaMemory(256L << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
    private long instructions = YamonBoot.FIRMWARE_INSTRUCTIONS;

    GuestScript() {
        YamonBoot.programBridge(board);
        constant(S0, RESULTS);
    }

    private void emit(int word) {
        code.add(word);
        instructions++;
    }

    private static int immediate(int opcode, int rs, int rt, int value) {
        return (opcode << 26) | (rs << 21) | (rt << 16) | (value & 0xffff);
    }

    private void constant(int register, int value) {
        emit(immediate(0x0f, 0, register, value >>> 16));
        emit(immediate(0x0d, register, register, value));
    }

    /** Lets our machine's time pass up to the instruction about to retire, with the timers that QEMU would have run by then. */
    private void catchUp() {
        while (timeline.instructionsToNextDue() < instructions - timeline.retired()) {
            timeline.retire(timeline.instructionsToNextDue());
            timeline.fireDue();
        }
        timeline.retire(instructions - timeline.retired());
    }

    void store(long physical, int size, int value) {
        constant(T0, DEVICES | (int) physical);
        constant(T1, value);
        emit(immediate(size == 1 ? 0x28 : 0x2b, T0, T1, 0));
        catchUp();
        between.append(String.format("%x=%x ", physical, value));
        board.store(physical, size, value & 0xffff_ffffL);
    }

    void load(long physical, int size) {
        constant(T0, DEVICES | (int) physical);
        emit(immediate(size == 1 ? 0x24 : 0x23, T0, T1, 0));
        catchUp();
        loads.add(String.format("%s%x? (%d ns)", between, physical, timeline.now()));
        between.setLength(0);
        ours.add(board.load(physical, size));
        emit(immediate(0x2b, S0, T1, 0));
        emit(immediate(0x09, S0, S0, 4));
    }

    void out(int port, int value) {
        store(MaltaTwin.PORTS + port, 1, value);
    }

    void in(int port) {
        load(MaltaTwin.PORTS + port, 1);
    }

    /** Lets about {@code ns} pass. */
    void delay(long ns) {
        between.append(String.format("+%d ", ns));
        int turns = (int) (ns / (2 * Timeline.NS_PER_INSTRUCTION));
        constant(T2, turns);
        emit(immediate(0x05, T2, 0, -1));
        emit(immediate(0x09, T2, T2, -1));
        instructions += 2L * turns;
    }

    /** Runs the script on QEMU and compares; {@code seed} is shown when something differs. */
    void run(long seed) throws IOException, InterruptedException {
        constant(S1, RESULTS);
        constant(T0, CBUS_UART);
        code.add(immediate(0x24, S1, T1, 0));
        code.add(immediate(0x28, T0, T1, 0));
        code.add(immediate(0x09, S1, S1, 1));
        code.add(immediate(0x05, S1, S0, -4));
        code.add(0);
        constant(T0, SOFT_RESET);
        constant(T1, 0x42);
        code.add(immediate(0x2b, T0, T1, 0));
        code.add(immediate(0x04, 0, 0, -1));
        code.add(0);
        ByteBuffer results = ByteBuffer.wrap(qemu()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(results.remaining()).as("seed %d: bytes from QEMU", seed).isEqualTo(4 * ours.size());
        for (int i = 0; i < ours.size(); i++) {
            assertThat(Long.toHexString(ours.get(i)))
                    .as("seed %d:%n%s%n", seed, String.join("\n", loads.subList(Math.max(0, i - 12), i + 1)))
                    .isEqualTo(Integer.toHexString(results.getInt()));
        }
    }

    private byte[] qemu() throws IOException, InterruptedException {
        Path image = Files.createTempFile("script", ".elf");
        Path output = Files.createTempFile("script", ".out");
        try {
            Files.write(image, elf());
            Process process = new ProcessBuilder(
                            "qemu-system-mipsel",
                            "-M",
                            "malta",
                            "-cpu",
                            "24Kc",
                            "-m",
                            "256",
                            "-nodefaults",
                            "-display",
                            "none",
                            "-monitor",
                            "none",
                            "-no-reboot",
                            "-icount",
                            "shift=3,sleep=off",
                            "-rtc",
                            "base=2026-01-01T00:00:00,clock=vm",
                            "-serial",
                            "null",
                            "-serial",
                            "null",
                            "-serial",
                            "file:" + output,
                            "-kernel",
                            image.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("QEMU did not end");
            }
            return Files.readAllBytes(output);
        } finally {
            Files.delete(image);
            Files.delete(output);
        }
    }

    /** An executable with the code as its one segment. */
    private byte[] elf() {
        int header = 0x1000;
        ByteBuffer elf = ByteBuffer.allocate(header + 4 * code.size()).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464c_457f).putInt(0x0001_0101).putLong(0);
        elf.putShort((short) 2)
                .putShort((short) 8)
                .putInt(1)
                .putInt(CODE)
                .putInt(52)
                .putInt(0)
                .putInt(0x5000_1001);
        elf.putShort((short) 52)
                .putShort((short) 32)
                .putShort((short) 1)
                .putShort((short) 0)
                .putInt(0);
        elf.putInt(1).putInt(header).putInt(CODE).putInt(CODE);
        elf.putInt(4 * code.size()).putInt(4 * code.size()).putInt(7).putInt(header);
        elf.position(header);
        code.forEach(elf::putInt);
        return elf.array();
    }
}
