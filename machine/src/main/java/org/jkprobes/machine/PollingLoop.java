package org.jkprobes.machine;

import java.util.Arrays;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Ram;

/**
 * Passes at once through a loop in which a guest waits for a device: one that leads back to the same state of CPU and devices, stores to no RAM,
 * looks at no clock, and asks nothing but what will be answered the same for some time. As often as it would run until then, that many
 * instructions retire; the state is that of a run through them all. Kernels wait so for whole seconds: a Malta's for its real-time clock.
 */
final class PollingLoop {
    /** Instructions of the longest loop. */
    private static final int MOST = 400;

    private final Timeline timeline;
    private final Ram ram;
    private final Board board;
    private final ProbedCpu cpu;

    PollingLoop(Timeline timeline, Ram ram, Board board, ProbedCpu cpu) {
        this.timeline = timeline;
        this.ram = ram;
        this.board = board;
        this.cpu = cpu;
    }

    /** Runs once through the loop the CPU is in, if it is in one, and then passes; comes back at {@code limit} instructions at the latest. */
    void pass(Engine engine, long limit) {
        Polling polling = timeline.polling();
        long length = runOnce(engine, limit);
        long steady = (polling.steadyUntil() - timeline.now()) / Timeline.NS_PER_INSTRUCTION;
        long free = Math.min(steady, limit - timeline.retired());
        boolean passed = length > 0 && free >= length;
        if (passed) {
            timeline.retire(free / length * length);
        }
        polling.tried(passed);
    }

    /** The instructions of the loop, or 0 if it is none of that kind. */
    private long runOnce(Engine engine, long limit) {
        long pc = cpu.pc();
        long start = timeline.retired();
        byte[] before = state();
        cpu.seeStores();
        long stores = ram.stores();
        timeline.polling().begin();
        long retired = start;
        while (retired - start < MOST && retired + MOST < limit && isPlain()) {
            engine.run(cpu, 1);
            boolean stands = timeline.retired() == retired; // the machine is wanted, or it was a fault
            retired = timeline.retired();
            if (stands || cpu.stepping() || ram.stores() != stores || board.stopping()) {
                return 0;
            }
            if (cpu.pc() == pc && Arrays.equals(state(), before)) {
                return retired - start;
            }
        }
        return 0;
    }

    /** Whether no probe, and no debugger, wants to know of the next instruction. */
    private boolean isPlain() {
        long physical = cpu.peek(cpu.pc());
        return physical >= 0 && !cpu.overlay().cuts(physical, cpu.pc());
    }

    private byte[] state() {
        StateOutput out = new StateOutput();
        timeline.polling().unseen(() -> {
            cpu.save(out);
            board.save(out);
        });
        return out.toByteArray();
    }
}
