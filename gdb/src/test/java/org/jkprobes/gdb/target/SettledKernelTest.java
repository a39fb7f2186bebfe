package org.jkprobes.gdb.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.gdb.client.FakeStub;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.api.Test;

/** A MIPS kernel that has moved, and whose vectors lie in what it left behind: half of all looks find the pc there. */
class SettledKernelTest {
    private static final long LEFT_BEHIND = 0x8010_0000L;
    private static final long MOVED = 0x8140_0000L;
    private static final long VECTOR = LEFT_BEHIND + 0x180;
    private static final long PROGRAM = 0x41ebdc;
    private static final int TEXT = 0x10_0000;
    private static final int SEARCH_MILLIS = 500;

    private final List<Long> searched = new ArrayList<>();

    /** Where a kernel was, memory is of another use: no instructions. */
    private static String says(String asked) {
        return switch (asked) {
            case "vCont?" -> "vCont;c;s";
            case "g" -> "00000000".repeat(38);
            case "qfThreadInfo" -> "m1";
            case "qsThreadInfo" -> "l";
            case "?" -> "S05";
            default -> asked.startsWith("m") ? memory(asked) : asked.startsWith("H") ? "OK" : "";
        };
    }

    private static String memory(String asked) {
        String[] range = asked.substring(1).split(",", -1);
        boolean left = Long.parseLong(range[0], 16) < LEFT_BEHIND + TEXT;
        return (left ? "ff" : "00").repeat(Integer.parseInt(range[1], 16));
    }

    private static KernelSymbols kernelAt(long start) {
        return KernelSymbols.of(
                DataModel.LITTLE_32,
                List.of(
                        new Symbol("_stext", start, 0, "", 'T'),
                        new Symbol("a_function", start + 0x100, 0, "", 'T'),
                        new Symbol("_etext", start + TEXT, 0, "", 'T')));
    }

    private Optional<KernelSymbols> search(long pc) {
        searched.add(pc);
        try {
            Thread.sleep(SEARCH_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Optional.of(kernelAt(pc < MOVED ? LEFT_BEHIND : MOVED));
    }

    @Test
    void vectorsInWhatTheKernelLeftBehindAreSearchedOnce() {
        try (FakeStub stub = new FakeStub(true, SettledKernelTest::says);
                GdbTarget target = new GdbTarget(
                        Stub.attach(stub.address(), Duration.ofSeconds(20)),
                        Architectures.named("mipsel").orElseThrow(),
                        Symbols::none)) {
            SettledKernel settled = new SettledKernel(target, this::search);
            long[] before = {VECTOR, PROGRAM, VECTOR, VECTOR, MOVED + 0x200, VECTOR, PROGRAM, VECTOR, VECTOR, VECTOR};
            for (long pc : before) {
                assertThat(settled.around(pc)).isEmpty();
            }
            assertThat(settled.around(MOVED + 0x4_0200))
                    .get()
                    .satisfies(found -> assertThat(found.text().start()).isEqualTo(MOVED));
            assertThat(searched).containsExactly(VECTOR, MOVED + 0x200);
        }
    }
}
