package org.jkprobes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Instrumentation;
import org.jkprobes.toy.ToyCpu;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A hit allocates nothing, whatever kind of probe it is of. */
class HotPathTest {
    private static final int HITS = 100_000;

    static Stream<Offer> offers() {
        return Stream.of(Offer.REFERENCE, Offer.OPTIMIZED);
    }

    @ParameterizedTest
    @MethodSource("offers")
    void nothingIsAllocated(Offer offer) {
        ToyMachine machine = new ToyMachine(1, offer);
        machine.function("f", 0x80001000L, "addiu $v0, $v0, 1\njr $ra\nnop");
        machine.function("g", 0x80002000L, "nop\nnop");
        AtomicLong count = new AtomicLong();
        try (Kprobes kprobes = Kprobes.on(machine)) {
            kprobes.register(Kprobe.at("f")
                    .pre((p, regs) -> {
                        count.incrementAndGet();
                        return 0;
                    })
                    .post((p, regs, flags) -> count.incrementAndGet())
                    .build());
            kprobes.register(Jprobe.at("f")
                    .entry((a, b, c, d, e) -> count.incrementAndGet())
                    .build());
            kprobes.register(Kretprobe.at("f")
                    .handler((call, regs) -> count.incrementAndGet())
                    .build());
            ToyCpu cpu = machine.cpus[0].start("f");
            cpu.set("ra", 0x80002004L);
            hit(machine, cpu, 0x80001000L, machine.callback(0x80001000L));
            hit(machine, cpu, 0x80002004L, machine.callback(0x80002004L));
            hits(machine, cpu, HITS);
            ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = thread.getCurrentThreadAllocatedBytes();
            hits(machine, cpu, HITS);
            long allocated = thread.getCurrentThreadAllocatedBytes() - before;
            assertThat(count).hasValue(4L * (2 * HITS + 1));
            // The counters of the measurement itself, and a compiled method here and there.
            assertThat(allocated).isLessThan(HITS);
            assertThat(kprobes.losses().lines()).isEmpty();
        }
    }

    private static void hits(ToyMachine machine, ToyCpu cpu, int hits) {
        // Looking them up boxes the address.
        Instrumentation.Callback entry = machine.callback(0x80001000L);
        Instrumentation.Callback exit = machine.callback(0x80002004L);
        for (int i = 0; i < hits; i++) {
            hit(machine, cpu, 0x80001000L, entry);
            hit(machine, cpu, 0x80002004L, exit);
        }
    }

    private static void hit(ToyMachine machine, ToyCpu cpu, long address, Instrumentation.@Nullable Callback callback) {
        cpu.pc(address);
        if (callback != null) {
            callback.before(cpu);
            cpu.pc(address + 4);
            callback.after(cpu);
        } else {
            machine.dieChain().notifyDie(DieEvent.BREAK, cpu, 0);
            cpu.pc(cpu.pc() + 4);
            machine.dieChain().notifyDie(DieEvent.SSTEPBP, cpu, 5);
        }
    }
}
