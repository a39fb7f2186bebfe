package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.HitRing;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ImageMemory;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.machine.engine.Interpreter;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.kallsyms.Kallsyms;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rings hold what a handler sees, whoever has written the records: at every instruction of many functions of a boot, some of them together
 * with other probes, with rings that are full all the time, while probes are disabled and enabled.
 */
@Tag("kernel")
class RecordingProbesTest {
    private static final long SEED = 20261122;
    private static final int FUNCTIONS = 300;
    private static final int BYTES = 32;
    private static final int SLICES = 12;
    private static final int ROOM = 100;
    private static final int OTHER_ROOM = 7;

    private enum Way {
        NONE,
        HANDLER,
        EMITTED,
        INTERPRETED,
        EMITTED_AT_ONE_GO,
        REFERENCE;

        /** Whether probes are disabled and enabled. */
        boolean turns() {
            return this == HANDLER || this == EMITTED || this == INTERPRETED;
        }
    }

    /** @param byEmittedCode a sum that is 0 if nothing was recorded by emitted code */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a record
    private record Recorded(long[] hits, long hash, long byEmittedCode) {}

    /** Longs, one after the other. */
    private static final class Longs {
        private long[] all = new long[1 << 16];
        private int size;

        void add(long value) {
            if (size == all.length) {
                all = Arrays.copyOf(all, size * 2);
            }
            all[size++] = value;
        }

        long[] all() {
            return Arrays.copyOf(all, size);
        }
    }

    /** The hits of probes with one ring, in order. */
    private static final class Hits {
        final Longs seen = new Longs();
        final HitRing ring;

        Hits(int room) {
            ring = HitRing.of(room, 3, hit -> {
                seen.add(hit.probe().address());
                seen.add(hit.timeNs());
                for (int i = 0; i < hit.registers(); i++) {
                    seen.add(hit.register(i));
                }
            });
        }

        Kprobe.Builder ask(Kprobe.Builder probe, Way way, Target target, String... names) {
            if (way != Way.HANDLER) {
                return probe.record(ring, names);
            }
            int[] indexes = Arrays.stream(names).mapToInt(target::register).toArray();
            return probe.pre((it, regs) -> {
                handle(it, regs, target.now(), indexes);
                return 0;
            });
        }

        private void handle(Kprobe probe, PtRegs regs, long now, int... indexes) {
            seen.add(probe.address());
            seen.add(now);
            for (int index : indexes) {
                seen.add(regs.get(index));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Guest.class)
    void asHandlersSeeThem(Guest guest) throws Exception {
        GuestImage image = ProbedBoot.image(guest);
        KernelSymbols symbols = Kallsyms.inMemory(new ImageMemory(image.kernel()), guest.kernelSpace());
        List<Symbol> functions = ProbedBoot.functions(symbols, SEED, FUNCTIONS);

        Recorded none = run(guest, image, symbols, functions, Way.NONE);
        Recorded handled = run(guest, image, symbols, functions, Way.HANDLER);
        Recorded emitted = run(guest, image, symbols, functions, Way.EMITTED);
        Recorded interpreted = run(guest, image, symbols, functions, Way.INTERPRETED);

        assertThat(handled.byEmittedCode()).isZero();
        assertThat(emitted.byEmittedCode()).isGreaterThan(100 * ROOM);
        assertSame(emitted, handled);
        assertSame(interpreted, handled);
        assertThat(List.of(handled.hash(), emitted.hash(), interpreted.hash())).containsOnly(none.hash());
    }

    @ParameterizedTest
    @EnumSource(Guest.class)
    void asByWayOfBreakpoints(Guest guest) throws Exception {
        GuestImage image = ProbedBoot.image(guest);
        KernelSymbols symbols = Kallsyms.inMemory(new ImageMemory(image.kernel()), guest.kernelSpace());
        List<Symbol> functions = ProbedBoot.functions(symbols, SEED + 1, FUNCTIONS / 4);

        Recorded emitted = run(guest, image, symbols, functions, Way.EMITTED_AT_ONE_GO);
        Recorded reference = run(guest, image, symbols, functions, Way.REFERENCE);

        assertThat(reference.byEmittedCode()).isZero();
        assertThat(emitted.byEmittedCode()).isGreaterThan(10 * ROOM);
        assertSame(emitted, reference);
        assertThat(emitted.hash()).isEqualTo(reference.hash());
    }

    /** AssertJ would write all of them. */
    private static void assertSame(Recorded some, Recorded others) {
        assertThat(some.hits()).hasSameSizeAs(others.hits());
        int difference = Arrays.mismatch(some.hits(), others.hits());
        assertThat(difference)
                .as(() -> "0x%x, not 0x%x".formatted(some.hits()[difference], others.hits()[difference]))
                .isNegative();
    }

    private static Recorded run(Guest guest, GuestImage image, KernelSymbols symbols, List<Symbol> functions, Way way) {
        BareGuest bare = BareGuest.of(guest, image, 256, ConsoleSink.NONE);
        Machine machine = bare.machine();
        machine.engine(way == Way.INTERPRETED ? new Interpreter() : Engines.fastest());
        assertThat(machine.run(ProbedBoot.MAPPED)).isEqualTo(Machine.Outcome.REACHED);
        Target target = bare.target().apply(() -> symbols);
        Kprobes kprobes = Kprobes.on(target);
        kprobes.optimize(way != Way.REFERENCE);
        Hits hits = new Hits(ROOM);
        Hits others = new Hits(OTHER_ROOM);
        List<Kprobe> probes =
                way == Way.NONE ? List.of() : probes(kprobes, functions, registers(guest), way, hits, others);
        long slice = (ProbedBoot.retired(guest) - ProbedBoot.MAPPED) / SLICES;
        long emitted = 0;
        for (int i = 0; i < SLICES; i++) {
            assertThat(machine.run(ProbedBoot.MAPPED + (i + 1) * slice)).isEqualTo(Machine.Outcome.REACHED);
            emitted += ((ProbedCpu) machine.cpu()).cells().counted();
            if (way.turns()) {
                turn(kprobes, probes, i);
            }
        }
        long hash = machine.stateHash();
        kprobes.close();
        hits.ring.drain();
        others.ring.drain();
        assertThat(hits.ring.dropped() + others.ring.dropped()).isZero();
        for (long other : others.seen.all()) {
            hits.seen.add(other);
        }
        return new Recorded(hits.seen.all(), hash, emitted);
    }

    private static List<Kprobe> probes(
            Kprobes kprobes, List<Symbol> functions, List<String> names, Way way, Hits hits, Hits others) {
        List<Kprobe> probes = new ArrayList<>();
        for (Symbol function : functions) {
            for (int at = 0; at < Math.min(function.size(), BYTES); at++) {
                Kprobe.Builder place = Kprobe.at(function.address() + at);
                int n = probes.size();
                if (!way.turns() && n % 2 == 1) {
                    // As if their turn had been: MIPS asks Java at an instruction that is followed by another probe.
                    place.disabled();
                }
                try {
                    Hits where = n % 5 == 0 ? others : hits;
                    probes.add(kprobes.register(where.ask(
                                    place,
                                    way,
                                    kprobes.target(),
                                    names.get(n % names.size()),
                                    names.get(n * 7 % names.size()))
                            .build()));
                    if (n % 11 == 0) {
                        // Counted beside it, by the target too.
                        kprobes.register(Kprobe.at(function.address() + at).build());
                    }
                    if (n % 13 == 0) {
                        // Two at one address, of different rings.
                        kprobes.register(
                                others.ask(Kprobe.at(function.address() + at), way, kprobes.target(), names.getFirst())
                                        .build());
                    }
                    if (n % 17 == 0) {
                        kprobes.register(Kprobe.at(function.address() + at)
                                .post((probe, regs, flags) -> {})
                                .build());
                    }
                } catch (ProbeRefusal e) {
                    // Inside an instruction, or one that may not be probed.
                    assertThat(e.getMessage()).isNotBlank();
                }
            }
        }
        return probes;
    }

    /** Some stop, some start. */
    private static void turn(Kprobes kprobes, List<Kprobe> probes, int round) {
        for (int i = 0; i < probes.size(); i++) {
            if (i % 3 == round % 3) {
                kprobes.disable(probes.get(i));
            } else if (!probes.get(i).enabled() && !probes.get(i).gone()) {
                enable(kprobes, probes.get(i));
            }
        }
    }

    /** The kernel may have changed its text meanwhile. */
    private static void enable(Kprobes kprobes, Kprobe probe) {
        try {
            kprobes.enable(probe);
        } catch (ProbeRefusal e) {
            assertThat(probe.gone()).as(e.getMessage()).isTrue();
        }
    }

    /** Those that are slots of the register file, and one that is not. */
    private static List<String> registers(Guest guest) {
        return switch (guest) {
            case MIPSEL ->
                List.of(
                        "a0", "a1", "v0", "zero", "at", "t0", "t9", "s0", "s8", "gp", "sp", "ra", "lo", "hi", "k0",
                        "status", "a2");
            case I386 -> List.of("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eflags", "eip", "ds");
            case X86_64 ->
                List.of(
                        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
                        "r14", "r15", "eflags");
        };
    }
}
