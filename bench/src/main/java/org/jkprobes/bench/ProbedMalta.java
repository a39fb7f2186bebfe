package org.jkprobes.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.target.Symbol;

/**
 * What probes cost, as a process of its own: {@code ProbedMalta KERNEL CALLING-INITRAMFS IDLE-INITRAMFS MIB COMMAND-LINE}. The first
 * initramfs's guest calls getppid without end, the second's powers off. Prints lines {@code NAME VALUE}.
 */
final class ProbedMalta {
    private static final String PROBED = "sys_getppid";
    /** Enough for the guest to boot and start calling, and for the JIT to have seen all of it. */
    private static final long BOOTED = 700_000_000;

    private static final long WARM_UP = 100_000_000;
    private static final long SLICE = 200_000_000;
    private static final int MANY = 10_000;

    private final GuestImage calling;
    private final GuestImage idle;
    private final KernelSymbols symbols;
    private final int mib;
    private long hits;

    private ProbedMalta(String[] args) throws IOException, ImageException {
        Path kernel = Path.of(args[0]);
        KernelImage image = KernelImage.open(kernel, CacheFolder.ofUser());
        String name = kernel.getFileName().toString();
        calling = new GuestImage(image, name, Optional.of(Files.readAllBytes(Path.of(args[1]))), args[4]);
        idle = new GuestImage(image, name, Optional.of(Files.readAllBytes(Path.of(args[2]))), args[4]);
        symbols = Kallsyms.inMemory(new ImageMemory(image), Guest.MIPSEL.kernelSpace());
        mib = Integer.parseInt(args[3]);
    }

    private Malta started(GuestImage image) {
        MaltaMemory memory = new MaltaMemory((long) mib << 20);
        Malta malta = new Malta(memory, Mc146818.DEFAULT_START, ConsoleSink.NONE);
        image.bootOn(malta, memory);
        return malta;
    }

    private Kprobe.Builder counting(String place) {
        return Kprobe.at(place).pre((probe, regs) -> {
            hits++;
            return 0;
        });
    }

    private void hits() {
        Malta malta = started(calling);
        Machine machine = malta.machine();
        machine.run(BOOTED);
        Kprobes kprobes = Kprobes.on(new MipsTarget(malta.cpu(), () -> symbols));
        for (int i = 0; i < 2; i++) {
            // What is measured is the second time, when all paths are compiled.
            boolean last = i == 1;
            double unprobed = nsPerInstruction(machine);
            tell(last, "optimized", hit(kprobes, machine, true, counting(PROBED).build(), unprobed));
            tell(
                    last,
                    "reference",
                    hit(kprobes, machine, false, counting(PROBED).build(), unprobed));
            Kprobe both = counting(PROBED).post((probe, regs, flags) -> {}).build();
            tell(last, "reference-post", hit(kprobes, machine, false, both, unprobed));
        }
    }

    /** Ns of the host that a hit costs. */
    private double hit(Kprobes kprobes, Machine machine, boolean optimized, Kprobe probe, double unprobed) {
        kprobes.optimize(optimized);
        kprobes.register(probe);
        if (probe.optimized() != optimized) {
            throw new BenchFailure("the probe is " + (optimized ? "not " : "") + "optimized");
        }
        run(machine, WARM_UP);
        hits = 0;
        long started = cpuTime();
        run(machine, SLICE);
        long ns = cpuTime() - started;
        kprobes.unregister(probe);
        if (hits < SLICE / 1000) {
            throw new BenchFailure("only " + hits + " hits: the guest does not call " + PROBED);
        }
        return (ns - unprobed * SLICE) / hits;
    }

    private static double nsPerInstruction(Machine machine) {
        run(machine, WARM_UP);
        long started = cpuTime();
        run(machine, SLICE);
        return (cpuTime() - started) / (double) SLICE;
    }

    /** Ns that this thread has run: what else the host does would count for more than a few hits. */
    private static long cpuTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void run(Machine machine, long instructions) {
        if (machine.run(machine.timeline().retired() + instructions) != Machine.Outcome.REACHED) {
            throw new BenchFailure("the guest has stopped");
        }
    }

    private void registration() {
        Malta malta = started(idle);
        Kprobes kprobes = Kprobes.on(new MipsTarget(malta.cpu(), () -> symbols));
        List<Kprobe> probes = probeable(kprobes).subList(0, MANY);
        long started = System.nanoTime();
        for (Kprobe probe : probes) {
            kprobes.register(probe);
        }
        tell(true, "register", (System.nanoTime() - started) / 1e9);
    }

    private List<Kprobe> probeable(Kprobes kprobes) {
        List<Kprobe> probes = new ArrayList<>();
        symbols.all()
                .filter(s -> "Tt".indexOf(s.type()) >= 0 && symbols.text().contains(s.address()))
                .mapToLong(Symbol::address)
                .distinct()
                .forEach(address -> {
                    Optional<ProbeRefusal> refused = kprobes.canProbe(address);
                    if (refused.isEmpty()) {
                        probes.add(counting("0x" + Long.toHexString(address)).build());
                    }
                });
        return probes;
    }

    private void everywhere() {
        double unprobed = boot(false);
        double probed = boot(true);
        double unprobedAgain = boot(false);
        tell(true, "everywhere", probed / Math.min(unprobed, unprobedAgain));
        tell(true, "everywhere-hits", (double) hits);
    }

    /** Seconds of CPU time from power-on to power-off. */
    private double boot(boolean probed) {
        Malta malta = started(idle);
        if (probed) {
            Kprobes kprobes = Kprobes.on(new MipsTarget(malta.cpu(), () -> symbols));
            List<Kprobe> probes = probeable(kprobes);
            hits = 0;
            kprobes.register(probes);
            tell(true, "everywhere-probes", probes.size());
        }
        long started = cpuTime();
        if (malta.machine().run(Long.MAX_VALUE) != Machine.Outcome.POWER_OFF) {
            throw new BenchFailure("the guest has not powered off");
        }
        return (cpuTime() - started) / 1e9;
    }

    private static void tell(boolean really, String name, double value) {
        if (really) {
            System.out.printf(Locale.ROOT, "%s %.6f%n", name, value);
        }
    }

    /** Measures all. */
    public static void main(String[] args) throws IOException, ImageException {
        ProbedMalta measured = new ProbedMalta(args);
        measured.hits();
        measured.registration();
        measured.everywhere();
    }
}
