package org.jkprobes.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jkprobes.HitRing;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.cli.session.BareGuest;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.KernelImage;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;

/**
 * What probes cost, as a process of its own: {@code ProbedGuest GUEST KERNEL CALLING-INITRAMFS IDLE-INITRAMFS MIB COMMAND-LINE}. The first
 * initramfs's guest polls a thousand files without end, the second's powers off. Prints lines {@code NAME VALUE}.
 */
final class ProbedGuest {
    /** Called for each file: a hit costs more than what the guest does from one call to the next. */
    private static final String PROBED = "__fdget";

    /** Enough for the guest to boot and start calling, and for the JIT to have seen all of it. */
    private static final long BOOTED = 700_000_000;

    /** Until the kernel lies where its symbols say, by its own page tables: a twentieth of a boot. */
    private static final long MAPPED = 20_000_000;

    /** Until changed code is lifted and emitted again. */
    private static final long SETTLE = 10_000_000;

    private static final long SLICE = 50_000_000;
    /** Records. */
    private static final int RING = 1024;

    private static final int WARM_ROUNDS = 2;
    private static final int ROUNDS = 7;
    private static final int MANY = 30_000;
    /** Of each kind, by turns. */
    private static final int BOOTS = 3;

    /** Hits whose costs are measured. */
    private enum Kind {
        /** Without a handler, at an instruction where emitted code counts. */
        COUNTED("counted", true, false),
        /** The same, with a record in a ring that keeps the last. */
        RECORDED("recorded", true, false),
        /** The same, and Java gets all records. */
        HANDED_OVER("handed-over", true, false),
        OPTIMIZED("optimized", true, false),
        REFERENCE("reference", false, false),
        REFERENCE_POST("reference-post", false, true);

        final String figure;
        final boolean optimized;
        final boolean post;

        Kind(String figure, boolean optimized, boolean post) {
            this.figure = figure;
            this.optimized = optimized;
            this.post = post;
        }
    }

    private final Guest guest;
    private final GuestImage calling;
    private final GuestImage idle;
    private final KernelSymbols symbols;
    private final int mib;
    private long hits;
    /** Of what was recorded: it is looked at. */
    private long recorded;

    /** Whether probes have one, or only count. */
    private boolean handlers = true;

    private ProbedGuest(String[] args) throws IOException, ImageException {
        guest = Guest.valueOf(args[0]);
        Path kernel = Path.of(args[1]);
        KernelImage image = KernelImage.open(kernel, CacheFolder.ofUser());
        String name = kernel.getFileName().toString();
        calling = new GuestImage(image, name, Optional.of(Files.readAllBytes(Path.of(args[2]))), args[5]);
        idle = new GuestImage(image, name, Optional.of(Files.readAllBytes(Path.of(args[3]))), args[5]);
        symbols = Kallsyms.inMemory(new ImageMemory(image), guest.kernelSpace());
        mib = Integer.parseInt(args[4]);
    }

    private BareGuest started(GuestImage image) {
        return BareGuest.of(guest, image, mib, ConsoleSink.NONE);
    }

    private Kprobes probesOn(BareGuest running) {
        return Kprobes.on(running.target().apply(() -> symbols));
    }

    private Kprobe.Builder counting(String place) {
        return Kprobe.at(place).pre((probe, regs) -> {
            hits++;
            return 0;
        });
    }

    private Kprobe.Builder recording(String place, HitRing ring) {
        return switch (guest) {
            case MIPSEL -> Kprobe.at(place).record(ring, "a0", "ra");
            case I386 -> Kprobe.at(place).record(ring, "eax", "esp");
            case X86_64 -> Kprobe.at(place).record(ring, "rdi", "rsp");
        };
    }

    private void atWork() {
        BareGuest running = started(calling);
        Machine machine = running.machine();
        machine.run(BOOTED);
        Kprobes kprobes = probesOn(running);
        hits(kprobes, machine);
        kprobes.optimize(true);
        registration(kprobes, machine);
        machine.close();
    }

    private void hits(Kprobes kprobes, Machine machine) {
        Map<Kind, List<Double>> costs = new EnumMap<>(Kind.class);
        for (int round = -WARM_ROUNDS; round < ROUNDS; round++) {
            for (Kind kind : Kind.values()) {
                double cost = hit(kprobes, machine, kind);
                if (round >= 0) {
                    costs.computeIfAbsent(kind, _ -> new ArrayList<>()).add(cost);
                }
            }
        }
        costs.forEach(
                (kind, all) -> tell(kind.figure, all.stream().sorted().toList().get(ROUNDS / 2)));
    }

    /** Ns of the host that a hit costs: what the guest does meanwhile is measured before and after. */
    private double hit(Kprobes kprobes, Machine machine, Kind kind) {
        kprobes.optimize(kind.optimized);
        long before = settledSlice(machine);
        Kprobe.Builder probe = switch (kind) {
            case COUNTED -> Kprobe.at(countedPlace(kprobes, machine));
            case RECORDED -> recording(countedPlace(kprobes, machine), HitRing.keepingLast(RING, 2, hit -> {}));
            case HANDED_OVER ->
                recording(
                        countedPlace(kprobes, machine),
                        HitRing.of(RING, 2, hit -> recorded += hit.register(0) ^ hit.timeNs()));
            default -> counting(PROBED);
        };
        Kprobe registered = kprobes.register((kind.post ? probe.post((p, regs, flags) -> {}) : probe).build());
        if (registered.optimized() != kind.optimized) {
            throw new BenchFailure("the probe is " + (kind.optimized ? "not " : "") + "optimized");
        }
        long probed = settledSlice(machine, registered);
        long seen = hits;
        kprobes.unregister(registered);
        long after = settledSlice(machine);
        if (seen < SLICE / 1000) {
            throw new BenchFailure("only " + seen + " hits: the guest does not call " + PROBED);
        }
        return (probed - (before + after) / 2.0) / seen;
    }

    /** Ns of the host for a slice of instructions, {@link #hits} those in it. */
    private long settledSlice(Machine machine) {
        run(machine, SETTLE);
        long started = cpuTime();
        run(machine, SLICE);
        return cpuTime() - started;
    }

    private long settledSlice(Machine machine, Kprobe probe) {
        run(machine, SETTLE);
        long hitsBefore = probe.hits();
        long started = cpuTime();
        run(machine, SLICE);
        long ns = cpuTime() - started;
        hits = probe.hits() - hitsBefore;
        return ns;
    }

    /** The first instruction of the function whose hits are counted without leaving emitted code. */
    private String countedPlace(Kprobes kprobes, Machine machine) {
        for (int offset = 0; offset < 64; offset++) {
            String place = PROBED + "+" + offset;
            if (kprobes.canProbe(place).isEmpty()) {
                Kprobe probe = kprobes.register(Kprobe.at(place).build());
                run(machine, SETTLE);
                long emitted = ((ProbedCpu) machine.cpu()).cells().counted();
                kprobes.unregister(probe);
                if (emitted > 1000) {
                    return place;
                }
            }
        }
        throw new BenchFailure("no hit is counted by emitted code");
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

    /** One by one, on a guest at work, on functions and more of their instructions if need be; each is armed when it is registered. */
    private void registration(Kprobes kprobes, Machine machine) {
        List<Kprobe> probes = new ArrayList<>();
        for (int offset = 0; probes.size() < MANY; offset++) {
            probes.addAll(probeable(kprobes, offset));
        }
        hits = 0;
        long started = cpuTime();
        for (Kprobe probe : probes.subList(0, MANY)) {
            kprobes.register(probe);
        }
        tell("register", (cpuTime() - started) / 1e9);
        run(machine, SETTLE);
        if (hits == 0) {
            throw new BenchFailure("none of " + MANY + " probes is hit");
        }
    }

    private List<Kprobe> probeable(Kprobes kprobes, int offset) {
        List<Kprobe> probes = new ArrayList<>();
        symbols.all()
                .filter(s -> "Tt".indexOf(s.type()) >= 0 && symbols.text().contains(s.address()))
                .filter(s -> offset == 0 || offset < s.size())
                .mapToLong(s -> s.address() + offset)
                .distinct()
                .forEach(address -> {
                    Optional<ProbeRefusal> refused = kprobes.canProbe(address);
                    if (refused.isEmpty()) {
                        String place = "0x" + Long.toHexString(address);
                        probes.add((handlers ? counting(place) : Kprobe.at(place)).build());
                    }
                });
        return probes;
    }

    /** The best of each: what a boot of a second takes beyond that is the host's doing. */
    private void everywhere() {
        double unprobed = Double.MAX_VALUE;
        double probed = Double.MAX_VALUE;
        double counted = Double.MAX_VALUE;
        for (int i = 0; i < BOOTS; i++) {
            unprobed = Math.min(unprobed, boot(false));
            handlers = true;
            probed = Math.min(probed, boot(true));
            tell("everywhere-hits", (double) hits);
            handlers = false;
            counted = Math.min(counted, boot(true));
        }
        tell("everywhere", probed / unprobed);
        tell("everywhere-counted", counted / unprobed);
    }

    /** Seconds of CPU time from there to power-off. */
    private double boot(boolean probed) {
        BareGuest running = started(idle);
        running.machine().run(MAPPED);
        if (probed) {
            Kprobes kprobes = probesOn(running);
            List<Kprobe> probes = probeable(kprobes, 0);
            hits = 0;
            kprobes.register(probes);
            tell("everywhere-probes", probes.size());
        }
        long started = cpuTime();
        if (running.machine().run(Long.MAX_VALUE) != Machine.Outcome.POWER_OFF) {
            throw new BenchFailure("the guest has not powered off");
        }
        return (cpuTime() - started) / 1e9;
    }

    private static void tell(String name, double value) {
        System.out.printf(Locale.ROOT, "%s %.6f%n", name, value);
    }

    /** Measures all. */
    public static void main(String[] args) throws IOException, ImageException {
        ProbedGuest measured = new ProbedGuest(args);
        measured.atWork();
        measured.everywhere();
    }
}
