package org.jkprobes.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jkprobes.cli.Guest;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.Snapshot;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.PcMemory;
import org.jkprobes.machine.device.Mc146818;

/**
 * What copies of a running guest cost, {@code ForkedGuest GUEST SNAPSHOT MIB}: a guest at its shell, from a snapshot, is forked again and again,
 * having run a while before each time. Prints figures, a name and a number a line.
 */
final class ForkedGuest {
    private static final int FORKS = 50;
    /** Instructions between two forks. */
    private static final long BETWEEN = 100_000;

    private ForkedGuest() {}

    public static void main(String[] args) throws IOException {
        long mib = Long.parseLong(args[2]) << 20;
        Machine machine;
        Supplier<Machine> fork;
        if (Guest.valueOf(args[0]) == Guest.MIPSEL) {
            Malta malta = new Malta(new MaltaMemory(mib), Mc146818.DEFAULT_START, value -> {});
            machine = malta.machine();
            fork = () -> malta.fork(value -> {}).machine();
        } else {
            Pc pc = new Pc(new PcMemory(mib), Mc146818.DEFAULT_START, value -> {});
            machine = pc.machine();
            fork = () -> pc.fork(value -> {}).machine();
        }
        try (Snapshot snapshot = Snapshot.open(Path.of(args[1]))) {
            snapshot.restore(machine);
        }
        machine.stateHash();
        List<Double> seconds = new ArrayList<>();
        List<Machine> forks = new ArrayList<>();
        long before = 0;
        for (int i = 0; i < 2 * FORKS; i++) {
            machine.run(machine.timeline().retired() + BETWEEN);
            if (i == FORKS) {
                before = resident();
                seconds.clear();
            }
            long started = System.nanoTime();
            forks.add(fork.get());
            seconds.add((System.nanoTime() - started) / 1e9);
        }
        long each = (resident() - before) / FORKS;
        Collections.sort(seconds);
        System.out.printf(Locale.ROOT, "fork %.6f%n", seconds.get(FORKS / 2));
        System.out.printf(Locale.ROOT, "fork-memory %.3f%n", each / (double) (1 << 20));
        forks.forEach(Machine::close);
    }

    /** Host memory of this process; what several machines map counts once. */
    private static long resident() throws IOException {
        System.gc();
        return Files.readString(Path.of("/proc/self/smaps_rollup"))
                .lines()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .sum();
    }
}
