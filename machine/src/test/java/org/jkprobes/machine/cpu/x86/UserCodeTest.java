package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jkprobes.isa.x86.DecoderRows;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * User code on the host's CPU and on ours: registers, flags that are defined, memory, x87 and SSE state, and how it ended. Instructions of
 * each line of the decoder's tables that both CPUs have, alone and several together. The host's CPU is Intel's.
 */
@Tag("oracle")
class UserCodeTest {
    private static final long SEED = Long.getLong("jkprobes.seed", 1);
    private static final int OF_EACH_LINE = Integer.getInteger("jkprobes.cases", 12);

    /** Lines whose instructions run to their end in user mode: measured, less a few that chance may leave out. */
    private static final int LINES_64 = 765;

    private static final int LINES_32 = 795;

    private static HostCode host;

    @BeforeAll
    static void compile(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(Files.readString(Path.of("/proc/cpuinfo")).contains("GenuineIntel"), "the CPU is not Intel's");
        Path kept = Files.createTempDirectory(folder, "host");
        host = HostCode.compile(kept);
    }

    @ParameterizedTest
    @CsvSource({"BITS64,false", "BITS64,true", "BITS32,false", "BITS32,true"})
    void instructionsOfEveryLine(X86Mode mode, boolean emitted) throws IOException, InterruptedException {
        CaseSource source = new CaseSource(new Random(SEED), mode);
        List<DecoderRows.Line> lines = lines();
        List<Case> cases = new ArrayList<>();
        for (DecoderRows.Line line : lines) {
            for (int i = 0; i < OF_EACH_LINE; i++) {
                CodeCase start = start(mode);
                List<X86Instruction> code = source.one(start, line);
                if (!code.isEmpty()) {
                    cases.add(new Case(line.toString(), start, code));
                }
            }
        }
        Set<String> covered = compare(cases, engine(emitted));
        System.out.printf(
                "%s, seed %d: %d cases, %d of %d lines ran to their end%n",
                mode, SEED, cases.size(), covered.size(), lines.size());
        assertThat(covered).hasSizeGreaterThan(mode == X86Mode.BITS64 ? LINES_64 : LINES_32);
    }

    @ParameterizedTest
    @CsvSource({"BITS64,false", "BITS64,true", "BITS32,false", "BITS32,true"})
    void severalInstructions(X86Mode mode, boolean emitted) throws IOException, InterruptedException {
        CaseSource source = new CaseSource(new Random(SEED), mode);
        List<DecoderRows.Line> lines = lines();
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < 300 * OF_EACH_LINE; i++) {
            CodeCase start = start(mode);
            List<X86Instruction> code = source.some(start, lines, 4);
            cases.add(new Case("several", start, code));
        }
        assertThat(compare(cases, engine(emitted))).isNotEmpty();
    }

    /** NOP, PAUSE and the exchange that they are forms of, with every prefix that matters. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void exchangesThatAreNone(boolean emitted) throws IOException, InterruptedException {
        List<Case> cases = new ArrayList<>();
        for (String prefixes : List.of("", "66", "f2", "f3", "66f3", "f366", "f2f3", "f3f2")) {
            for (String rex : List.of("", "40", "41", "44", "48", "49", "4c", "4d", "4f")) {
                byte[] code = HexFormat.of().parseHex(prefixes + rex + "90");
                CodeCase start = start(X86Mode.BITS64);
                start.gpr(0, 0x1111222233334444L);
                start.gpr(8, 0x5555666677778888L);
                for (int i = 0; i < code.length; i++) {
                    start.bytes.put(CodeCase.code(i), code[i]);
                }
                X86Instruction instruction = X86Decoder.decode(start.text(16), 0, 16, X86Mode.BITS64);
                assertThat(instruction.length()).isEqualTo(code.length);
                cases.add(new Case(prefixes + rex, start, List.of(instruction)));
            }
        }
        assertThat(compare(cases, engine(emitted))).hasSameSizeAs(cases);
    }

    private record Case(String line, CodeCase start, List<X86Instruction> code) {}

    private static CodeCase start(X86Mode mode) {
        return new CodeCase(mode == X86Mode.BITS64 ? CodeCase.CODE_64 : CodeCase.CODE_32);
    }

    private static List<DecoderRows.Line> lines() {
        return DecoderRows.all().stream().filter(CaseSource::comparable).toList();
    }

    private static Supplier<Engine> engine(boolean emitted) {
        if (emitted) {
            assumeTrue(Engines.refusal().isEmpty(), "no native code here");
        }
        return () -> emitted ? Engines.emitting(1, 1).orElseThrow() : Engines.interpreter();
    }

    /** Compares; which lines' instructions ran to their end. */
    private static Set<String> compare(List<Case> cases, Supplier<Engine> engine)
            throws IOException, InterruptedException {
        List<CodeCase> wanted = host.run(cases.stream().map(Case::start).toList());
        UserMachine machine = new UserMachine(engine.get());
        Set<String> covered = new TreeSet<>();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            Case one = cases.get(i);
            CodeCase want = wanted.get(i);
            if (want.signal() == CodeCase.TOO_LONG) {
                continue;
            }
            String difference = Difference.between(want, machine.run(one.start()), one.code());
            if (!difference.isEmpty()) {
                differences.add(describe(one) + ": " + difference);
            } else if (want.trap() == Vectors.BREAKPOINT) {
                covered.add(one.line());
            }
        }
        assertThat(differences).as("seed " + SEED).isEmpty();
        return covered;
    }

    private static String describe(Case one) {
        int length = one.code().stream().mapToInt(X86Instruction::length).sum();
        return one.line() + " "
                + HexFormat.ofDelimiter(" ").formatHex(one.start().text(length));
    }
}
