package org.jkprobes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.event.EventSink;
import org.jkprobes.cli.event.FunctionHit;
import org.jkprobes.cli.event.HitRecord;
import org.jkprobes.cli.event.KprobeHit;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.cli.session.QemuGuest;
import org.jkprobes.gdb.client.RegisterLayout;
import org.jkprobes.gdb.client.StopPoint;
import org.jkprobes.gdb.client.StopReply;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.TargetDescription;
import org.jkprobes.gdb.client.ThreadId;
import org.jkprobes.gdb.target.GdbTarget;

/**
 * What a hit costs on QEMU, behind its GDB stub, beside what a minimal client needs that continues, reads registers and steps: in turns, on
 * one guest that has the same function called all the time.
 */
final class StubHits {
    private static final int ROUNDS = 9;
    private static final int HITS = 500;
    /** What a system call has called once, and another one for each of 1000 files; both begin with a no-op. */
    private static final String FUNCTION = "find_vpid";

    private static final String IN_A_LOOP = "__fget_light";
    /** In these: loads, by pointers that others point to; a shift and an SBB, which are stepped. */
    private static final int LOAD = 0xe;

    private static final int SHIFT = 0x1d;
    private static final int LOAD_IN_A_LOOP = 0xc3;
    private static final int SBB = 0xc0;

    private StubHits() {}

    /** ns a hit, and the share of it that this thread did not work itself. */
    private record Cost(double ns, double elsewhere) {}

    /** Of the project in a folder. */
    static void run(Path root, PrintStream out) throws IOException, InterruptedException {
        out.println("| a hit on QEMU's stub | minimal client | jkprobes | ratio | bar | of it in QEMU |");
        out.println("|---|---|---|---|---|---|");
        on(root, "polls.c", IN_A_LOOP, (guest, entry) -> {
            row(out, guest, "in a loop of the kernel, a no-op", entry, false);
            row(out, guest, "the same, a load", entry + LOAD_IN_A_LOOP, false);
            row(out, guest, "the same, an SBB, which is stepped", entry + SBB, true);
        });
        on(root, "looks.c", FUNCTION, (guest, entry) -> {
            row(out, guest, "once a system call, a no-op", entry, false);
            row(out, guest, "the same, a load", entry + LOAD, false);
            row(out, guest, "the same, a shift, which is stepped", entry + SHIFT, true);
        });
    }

    private interface Measurement {
        void on(QemuGuest guest, long entry);
    }

    /** On a guest that runs a program of the project's, which has a function called. */
    private static void on(Path root, String source, String function, Measurement measurement)
            throws IOException, InterruptedException {
        Path program = Files.createTempFile("jkprobes-hits", "");
        try {
            compile(root.resolve("cli/src/test/guest").resolve(source), program);
            try (QemuGuest guest = new QemuGuest(QemuGuest.program(Guest.X86_64, program), 1, new Silence())) {
                GdbTarget first = guest.target(guest.connect());
                long entry = guest.boot(first).find(function).orElseThrow().address();
                first.detach();
                measurement.on(guest, entry);
            }
        } finally {
            Files.deleteIfExists(program);
        }
    }

    private static void compile(Path source, Path program) throws IOException, InterruptedException {
        int status = new ProcessBuilder(
                        "gcc",
                        "-O2",
                        "-static",
                        "-nostdlib",
                        "-ffreestanding",
                        "-fno-stack-protector",
                        "-DEACH=0",
                        "-o",
                        program.toString(),
                        source.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new BenchFailure("gcc cannot build " + source);
        }
    }

    private static void row(PrintStream out, QemuGuest guest, String name, long place, boolean stepped) {
        double bar = stepped ? 1.0 : 0.7;
        List<Double> minimal = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        List<Double> elsewhere = new ArrayList<>();
        for (int i = 0; i <= ROUNDS; i++) {
            Cost theirs = minimal(guest, place);
            Cost mine = ours(guest, place, stepped);
            if (i > 0) { // the first warms both up
                minimal.add(theirs.ns() / 1000);
                ours.add(mine.ns() / 1000);
                ratios.add(mine.ns() / theirs.ns());
                elsewhere.add(mine.elsewhere() * 100);
            }
        }
        Spread ratio = Spread.of(ratios);
        out.println(String.format(
                Locale.ROOT,
                "| %s | %.0f µs | %.0f µs | %s | %.1f%s | %.0f %% |",
                name,
                Spread.of(minimal).median(),
                Spread.of(ours).median(),
                ratio,
                bar,
                ratio.median() <= bar ? "" : " missed",
                Spread.of(elsewhere).median()));
    }

    private static Cost minimal(QemuGuest guest, long place) {
        try (Stub stub = guest.connect()) {
            byte[] registers = new byte
                    [stub.description()
                            .map(TargetDescription::layout)
                            .map(RegisterLayout::bytes)
                            .orElse(4096)];
            ThreadId cpu = stub.threads().getFirst();
            stub.insert(StopPoint.BREAKPOINT, place, 1);
            Cost cost = timed(() -> {
                for (int i = 0; i < HITS; i++) {
                    stub.resume();
                    require(stub.await());
                    stub.readRegisters(registers);
                    stub.step(cpu);
                    require(stub.awaitSoon());
                }
            });
            stub.remove(StopPoint.BREAKPOINT, place, 1);
            stub.detach();
            return cost;
        }
    }

    private static Cost ours(QemuGuest guest, long place, boolean stepped) {
        try (GdbTarget target = guest.target(guest.connect())) {
            Kprobes kprobes = Kprobes.on(target);
            long[] sum = new long[1];
            Kprobe probe = kprobes.register(Kprobe.at(place)
                    .pre((hit, regs) -> {
                        sum[0] += kprobes.argument(regs, 0);
                        return 0;
                    })
                    .build());
            Cost cost = timed(() -> target.run(() -> probe.hits() >= HITS));
            kprobes.close();
            target.detach();
            if (stepped == (target.steps() == 0)) {
                throw new BenchFailure("0x" + Long.toHexString(place) + ": " + target.work());
            }
            return cost;
        }
    }

    private static void require(StopReply reply) {
        if (!(reply instanceof StopReply.Stopped)) {
            throw new BenchFailure("the guest has ended");
        }
    }

    private static Cost timed(Runnable work) {
        var threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        work.run();
        double wall = System.nanoTime() - start;
        return new Cost(wall / HITS, 1 - (threads.getCurrentThreadCpuTime() - cpu) / wall);
    }

    private static final class Silence implements EventSink {
        @Override
        public void hit(KprobeHit hit) {}

        @Override
        public void function(FunctionHit hit) {}

        @Override
        public void recorded(HitRecord hit) {}

        @Override
        public void log(String line) {}

        @Override
        public void console(byte[] bytes, int from, int length) {}

        @Override
        public void summary(RunSummary summary) {}
    }
}
