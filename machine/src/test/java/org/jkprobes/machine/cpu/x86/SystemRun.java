package org.jkprobes.machine.cpu.x86;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jkprobes.isa.x86.DecoderRows;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.engine.Ram;

/** Runs {@link SystemCase}s on our PC and on QEMU's, as many programs as they need, and keeps count. */
final class SystemRun {
    private static final PcMemory MEMORY = new PcMemory(256L << 20);
    private static final int BREAKPOINT = SystemProgram.STUBS + 16 * Vectors.BREAKPOINT;
    private static final int STUBS_END = SystemProgram.STUBS + 0x1000;

    private final Path folder;
    private final boolean wide;
    private final List<SystemCase> cases = new ArrayList<>();
    private final List<SystemRing> rings = new ArrayList<>();
    private final TreeSet<String> lines = new TreeSet<>();
    /** Lines, and whether some instruction of them ran to its end. */
    private final Map<String, Boolean> compared = new TreeMap<>();

    private final List<String> differences = new ArrayList<>();
    private final Map<String, Integer> adopted = new TreeMap<>();
    private final Map<String, Integer> departures = new TreeMap<>();
    private SystemProgram program;
    private int all;

    SystemRun(Path folder, boolean wide) throws IOException, InterruptedException {
        this.folder = folder;
        this.wide = wide;
        program = new SystemProgram(wide, folder);
    }

    void add(SystemCaseSource source, DecoderRows.Line line, SystemRing ring) throws IOException, InterruptedException {
        Optional<SystemCase> one = source.one(line, ring, program.nextCode());
        if (one.isEmpty()) {
            return;
        }
        lines.add(line.toString());
        program.add(one.get());
        cases.add(one.get());
        rings.add(ring);
        all++;
        if (program.isFull()) {
            finish();
        }
    }

    /** The lines of the instructions that our CPU has, but for those of x87, MMX and SSE, which {@link UserCodeTest} compares with a real one's. */
    static List<DecoderRows.Line> comparable() {
        return DecoderRows.all().stream()
                .filter(line -> SystemCaseSource.isSystem(line.op())
                        || !CaseLimits.isMissing(line.op()) && !SystemCaseSource.isFloating(line.op()))
                .toList();
    }

    /** Adds cases of every line: of the system's instructions in all modes and privileges, of others in one. */
    void addAll(RandomGenerator random, int ofEachLine) throws IOException, InterruptedException {
        SystemCaseSource source = new SystemCaseSource(random);
        List<SystemRing> all = SystemCaseSource.rings(wide);
        for (int i = 0; i < ofEachLine; i++) {
            for (DecoderRows.Line line : comparable()) {
                SystemRing any = all.get(random.nextInt(all.size()));
                for (SystemRing ring : SystemCaseSource.isSystem(line.op()) ? all : List.of(any)) {
                    add(source, line, ring);
                }
            }
        }
    }

    /** Runs what has been added. */
    void finish() throws IOException, InterruptedException {
        if (cases.isEmpty()) {
            return;
        }
        Pc pc = new Pc(MEMORY, Mc146818.DEFAULT_START, ConsoleSink.NONE);
        Ram ram = pc.machine().ram();
        int[] endedBy = new int[cases.size() + 1];
        boolean[] differed = new boolean[cases.size() + 1];
        try (PcLockstep lockstep = new PcLockstep(folder, program.boot(), pc, Flag.RF)) {
            while (pc.cpu().rip() != SystemProgram.DONE) {
                try {
                    lockstep.runTo(SystemProgram.DONE, rip -> {
                        if (rip >= SystemProgram.STUBS && rip < STUBS_END) {
                            endedBy[SystemProgram.caseAtWork(ram)] = (int) rip & -16;
                        }
                    });
                } catch (IOException | IllegalStateException e) {
                    differences.add("lost at " + describe(SystemProgram.caseAtWork(ram)) + ": " + e.getMessage());
                    break;
                } catch (AssertionError e) {
                    int number = SystemProgram.caseAtWork(ram);
                    differed[number] = true;
                    difference(number, String.valueOf(e.getMessage()));
                    try {
                        lockstep.skipTo(SystemProgram.LAUNCH);
                    } catch (IllegalStateException | IOException lost) {
                        differences.add("lost: " + lost.getMessage());
                        break;
                    }
                }
            }
            lockstep.adopted().forEach((what, count) -> adopted.merge(what, count, Integer::sum));
        }
        for (int i = 0; i < cases.size(); i++) {
            if (!differed[i] && endedBy[i] != 0) {
                compared.merge(cases.get(i).line, endedBy[i] == BREAKPOINT, Boolean::logicalOr);
            }
        }
        cases.clear();
        rings.clear();
        program = new SystemProgram(wide, folder);
    }

    private void difference(int number, String message) {
        Optional<String> known = number < cases.size()
                ? QemuDepartures.known(cases.get(number), rings.get(number), message)
                : Optional.empty();
        known.ifPresentOrElse(
                name -> departures.merge(name, 1, Integer::sum),
                () -> differences.add(describe(number) + ": " + message));
    }

    private String describe(int number) {
        SystemCase one = cases.get(number);
        if (number >= cases.size()) {
            return "after the last case";
        }
        StringBuilder registers = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            registers.append(' ').append(Long.toHexString(one.gpr[i]));
        }
        return number + " " + rings.get(number) + " " + one.line + " "
                + HexFormat.ofDelimiter(" ").formatHex(one.code) + " operand "
                + HexFormat.of().formatHex(one.operand)
                + String.format(Locale.ROOT, ", flags %x cr0 %x cr4 %x,%s", one.flags, one.cr0, one.cr4, registers);
    }

    List<String> differences() {
        return differences;
    }

    int linesCompared() {
        return compared.size();
    }

    long linesDone() {
        return compared.values().stream().filter(done -> done).count();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d cases of %d lines: %d compared, of them %d to their end; %d differences; adopted %s; QEMU's own %s",
                wide ? "long mode" : "protected mode",
                all,
                lines.size(),
                linesCompared(),
                linesDone(),
                differences.size(),
                adopted,
                departures);
    }
}
