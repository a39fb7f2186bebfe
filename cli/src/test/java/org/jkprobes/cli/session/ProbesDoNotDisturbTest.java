package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.EngineChoice;
import org.jkprobes.cli.Format;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.SnapshotPoint;
import org.jkprobes.cli.kernel.GetppidProgram;
import org.jkprobes.images.ImageException;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real kernel runs a program that calls getppid so many times: probes see each call, and the guest cannot tell. */
@Tag("kernel")
class ProbesDoNotDisturbTest {
    private static final int CALLS = 1234;
    private static final long SEED = 20261121;
    private static final int CHECKPOINTS = 24;
    private static final long BOOTED = 520_000_000;

    @TempDir
    Path folder;

    private record Observed(List<Long> hashes, long end, long hits) {}

    @Test
    void noProbeOneProbeAThousandProbes() throws ImageException, IOException {
        Path init = folder.resolve("init");
        Files.write(init, GetppidProgram.elf(CALLS));
        GuestImage image = GuestImage.of(options(init), text -> {});
        KernelSymbols symbols = Kallsyms.inMemory(new ImageMemory(image.kernel()), Guest.MIPSEL.kernelSpace());
        List<String> thousand = functions(symbols);

        Observed none = run(image, symbols, List.of());
        Observed one = run(image, symbols, List.of("sys_getppid"));
        Observed many = run(image, symbols, thousand);

        assertThat(none.hits()).isZero();
        assertThat(one.hits()).isEqualTo(CALLS);
        assertThat(many.hits()).isGreaterThan(50_000);
        assertThat(one.hashes()).isEqualTo(none.hashes());
        assertThat(many.hashes()).isEqualTo(none.hashes());
        assertThat(one.end()).isEqualTo(none.end());
        assertThat(many.end()).isEqualTo(none.end());
    }

    /** A thousand functions, by lot; not those whose memory the kernel frees after its start. */
    private static List<String> functions(KernelSymbols symbols) {
        List<Symbol> all = new ArrayList<>(symbols.all()
                .filter(s -> "Tt".indexOf(s.type()) >= 0 && symbols.text().contains(s.address()))
                .toList());
        java.util.Collections.shuffle(all, new Random(SEED));
        return all.stream()
                .map(Symbol::address)
                .distinct()
                .limit(1000)
                .map(address -> "0x" + Long.toHexString(address))
                .toList();
    }

    private static Observed run(GuestImage image, KernelSymbols symbols, List<String> places) {
        MaltaMemory memory = new MaltaMemory(256L << 20);
        Malta malta = new Malta(memory, Mc146818.DEFAULT_START, ConsoleSink.NONE);
        image.bootOn(malta, memory);
        Kprobes kprobes = Kprobes.on(new MipsTarget(malta.cpu(), () -> symbols));
        AtomicLong before = new AtomicLong();
        AtomicLong after = new AtomicLong();
        List<Kprobe> probes = places.stream()
                .map(place -> Kprobe.at(place)
                        .pre((probe, regs) -> {
                            before.incrementAndGet();
                            return 0;
                        })
                        .post((probe, regs, flags) -> after.incrementAndGet())
                        .build())
                .toList();
        if (!probes.isEmpty()) {
            kprobes.register(probes);
        }
        List<Long> hashes = new ArrayList<>();
        Machine machine = malta.machine();
        for (long at : checkpoints()) {
            assertThat(machine.run(at)).isEqualTo(Machine.Outcome.REACHED);
            assertThat(machine.timeline().retired()).isEqualTo(at);
            hashes.add(machine.stateHash());
        }
        assertThat(machine.run(Long.MAX_VALUE)).isEqualTo(Machine.Outcome.POWER_OFF);
        assertThat(kprobes.losses().lines()).isEmpty();
        assertThat(after.get()).isEqualTo(before.get());
        return new Observed(hashes, machine.stateHash(), before.get());
    }

    private static long[] checkpoints() {
        return new Random(SEED).longs(CHECKPOINTS, 1000, BOOTED).sorted().toArray();
    }

    private static RunOptions options(Path init) {
        return new RunOptions(
                Guest.MIPSEL,
                Optional.empty(),
                Optional.empty(),
                "nokaslr quiet",
                256,
                Optional.of(init),
                Optional.empty(),
                false,
                ProbeOptions.NONE,
                false,
                Optional.empty(),
                Optional.empty(),
                new SnapshotPoint.AtShell(),
                Format.TEXT,
                EngineChoice.FASTEST,
                Optional.empty());
    }
}
