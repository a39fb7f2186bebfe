package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jkprobes.arch.Errno;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A probe on every instruction of random programs, exception handlers included: the guest ends as without probes, and the handlers have
 * seen just what an unprobed run goes through, with the same registers.
 */
class EveryInstructionTest {
    private static final int PROGRAMS = 40;

    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED, Offer.SLOTS_ONLY, Offer.IN_PLACE_ONLY);
    }

    private static String event(String what, PtRegs regs) {
        long digest = regs.inDelaySlot() ? regs.branchTarget() : 0;
        for (int i = 0; i < 37; i++) {
            digest = digest * 31 + regs.get(i);
        }
        return what + " " + Long.toHexString(regs.pc()) + " " + Long.toHexString(digest);
    }

    /** The events of an unprobed run. An instruction tried again after a refill is one event, at the first try. */
    private static final class Expected implements ToyCpu.Tracer {
        final List<String> events = new ArrayList<>();
        private final Set<Long> refilled = new HashSet<>();
        int refills;
        int refillsInDelaySlots;

        @Override
        public void before(ToyCpu cpu) {
            if (!refilled.remove(cpu.pc())) {
                events.add(event("pre", cpu));
            }
        }

        @Override
        public void after(ToyCpu cpu) {
            events.add(event("post", cpu));
        }

        @Override
        public void refill(ToyCpu cpu) {
            refilled.add(cpu.pc());
            refills++;
            refillsInDelaySlots += cpu.inDelaySlot() ? 1 : 0;
        }
    }

    private static ToyMachine machine(long seed, Offer offer) {
        ToyMachine machine = new ToyMachine(1, offer);
        new RandomProgram(seed).install(machine);
        machine.cpus[0].interruptEvery = 37 + new Random(seed).nextInt(60);
        return machine;
    }

    private static String end(ToyMachine machine) {
        machine.cpus[0].start("main").run(100_000);
        return machine.cpus[0].state() + " memory " + machine.ram.digest();
    }

    @ParameterizedTest
    @MethodSource("offers")
    void probedRunIsTheUnprobedRun(Offer offer) {
        long first = System.nanoTime();
        int refills = 0;
        int inDelaySlots = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            Expected run = check(offer, first + i);
            refills += run.refills;
            inDelaySlots += run.refillsInDelaySlots;
        }
        // The programs are what they are said to be.
        assertThat(refills).isGreaterThan(PROGRAMS);
        assertThat(inDelaySlots).isGreaterThan(PROGRAMS / 10);
    }

    private static Expected check(Offer offer, long seed) {
        ToyMachine plain = machine(seed, offer);
        Expected expected = new Expected();
        plain.cpus[0].tracer = expected;
        String unprobed = end(plain);
        assertThat(expected.events).as("seed %d", seed).hasSizeGreaterThan(500);

        ToyMachine machine = machine(seed, offer);
        List<String> events = new ArrayList<>();
        boolean complete = true;
        try (Kprobes kprobes = Kprobes.on(machine)) {
            for (Symbol symbol : machine.all().toList()) {
                for (long at = symbol.address(); at < symbol.address() + symbol.size(); at += 4) {
                    complete &= probe(kprobes, at, events);
                }
            }
            assertThat(end(machine)).as("seed %d", seed).isEqualTo(unprobed);
            // Without a step in place, exception returns are refused, and exceptions on purpose have no post-handler.
            if (offer.stepInPlace()) {
                assertThat(complete).isTrue();
                assertThat(events).as("seed %d", seed).isEqualTo(expected.events);
                assertThat(kprobes.losses().lines()).isEmpty();
            }
            assertThat(kprobes.unregister(kprobes.list())).isPositive();
            assertThat(kprobes.registry().slotsTaken()).isZero();
        }
        return expected;
    }

    private static boolean probe(Kprobes kprobes, long address, List<String> events) {
        try {
            kprobes.register(Kprobe.at(address)
                    .pre((p, regs) -> {
                        events.add(event("pre", regs));
                        return 0;
                    })
                    .post((p, regs, flags) -> events.add(event("post", regs)))
                    .build());
            return true;
        } catch (ProbeRefusal e) {
            assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP);
            return false;
        }
    }
}
