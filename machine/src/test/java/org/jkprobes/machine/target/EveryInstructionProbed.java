package org.jkprobes.machine.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.LossCause;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.arch.Errno;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.target.Symbols;

/** A guest with a probe on every instruction of some text, both handlers counting. */
public final class EveryInstructionProbed implements AutoCloseable {
    private final Kprobes kprobes;
    private long before;
    private long after;

    public EveryInstructionProbed(MipsCpu cpu, long start, long end, boolean optimized) {
        kprobes = Kprobes.on(new MipsTarget(cpu, Symbols::none));
        kprobes.optimize(optimized);
        List<Kprobe> probes = new ArrayList<>();
        for (long address = start; address < end; address += 4) {
            probes.add(Kprobe.at(address)
                    .pre((probe, regs) -> {
                        before++;
                        assertThat(regs.pc()).isEqualTo(probe.address());
                        return 0;
                    })
                    .post((probe, regs, flags) -> after++)
                    .build());
        }
        for (Kprobe probe : probes) {
            try {
                kprobes.register(probe);
            } catch (ProbeRefusal e) {
                // Data, and words that are reserved on purpose.
                assertThat(e.errno()).isEqualTo(Errno.EILSEQ);
            }
        }
    }

    public long before() {
        return before;
    }

    public long after() {
        return after;
    }

    /**
     * Hits whose instruction has not come to its end, for the ledger's reason: a fault, or a refill that did not lead back to the same
     * registers.
     */
    public long lost() {
        return kprobes.losses().total(LossCause.FAULT) + kprobes.losses().total(LossCause.ABANDONED);
    }

    @Override
    public void close() {
        kprobes.close();
    }
}
