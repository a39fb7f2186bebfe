package org.jkprobes.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.Block;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.FetchOverlay;
import org.jkprobes.machine.engine.Ram;

/**
 * Passes at once through a loop in which a guest waits for a device: one that leads back to the same state of CPU and devices, stores to no RAM,
 * looks at no clock, and asks nothing but what will be answered the same for some time. As often as it would run until then, that many
 * instructions retire; the state is that of a run through them all. Kernels wait so for whole seconds: a Malta's for its real-time clock.
 *
 * <p>Probes in the loop have all their hits: what is only counted is added up, and one with handlers, or that records, is told each time, at its time.
 */
final class PollingLoop {
    /** Instructions of the longest loop. */
    private static final int MOST = 400;

    private static final long NOWHERE = -1;

    private final Timeline timeline;
    private final Ram ram;
    private final Board board;
    private final ProbedCpu cpu;
    /** The probes of the loop that are only counted, by number, as often as it hits them. */
    private final List<Integer> counted = new ArrayList<>();
    /** Where the loop has a probe with handlers, or that records. */
    private long handled;

    PollingLoop(Timeline timeline, Ram ram, Board board, ProbedCpu cpu) {
        this.timeline = timeline;
        this.ram = ram;
        this.board = board;
        this.cpu = cpu;
    }

    /** Runs once through the loop the CPU is in, if it is in one, and then passes; comes back at {@code limit} instructions at the latest. */
    void pass(Engine engine, long limit) {
        Polling polling = timeline.polling();
        polling.begin();
        long length = runOnce(engine, limit);
        boolean passed = length > 0 && (handled == NOWHERE || runTo(handled, engine, length));
        if (passed) {
            long steady = (polling.steadyUntil() - timeline.now()) / Timeline.NS_PER_INSTRUCTION;
            long times = Math.min(steady, limit - timeline.retired()) / length;
            passed = times > 0;
            if (passed && handled == NOWHERE) {
                timeline.retire(times * length);
            } else if (passed) {
                times = tell(times, length);
            }
            for (int number : counted) {
                cpu.count(number, times);
            }
        }
        polling.tried(passed);
    }

    /** The instructions of the loop, or 0 if it is none of that kind. */
    private long runOnce(Engine engine, long limit) {
        counted.clear();
        handled = NOWHERE;
        long pc = cpu.pc();
        long start = timeline.retired();
        byte[] before = state();
        cpu.seeStores();
        long stores = ram.stores();
        long retired = start;
        while (retired - start < MOST && retired + 2 * MOST < limit && mayPass()) {
            if (!step(engine) || ram.stores() != stores) {
                return 0;
            }
            retired = timeline.retired();
            if (cpu.pc() == pc && Arrays.equals(state(), before)) {
                return retired - start;
            }
        }
        return 0;
    }

    private boolean runTo(long pc, Engine engine, long length) {
        for (long i = 0; i < length && cpu.pc() != pc; i++) {
            if (!step(engine)) {
                return false;
            }
        }
        return cpu.pc() == pc;
    }

    /** Runs an instruction; false if the machine is wanted, or it was a fault. */
    private boolean step(Engine engine) {
        long retired = timeline.retired();
        engine.run(cpu, 1);
        return timeline.retired() > retired && !cpu.stepping() && !board.stopping();
    }

    /** The probe at pc is told each time, as long as its handlers do nothing to the guest. Returns how many times were passed. */
    private long tell(long times, long length) {
        Block block = cpu.probedBlock();
        if (block == null) {
            return 0;
        }
        int changes = cpu.changes();
        long stores = ram.stores();
        for (long i = 0; i < times; i++) {
            if (!cpu.hit(block)) {
                return i;
            }
            if (cpu.changes() != changes || ram.stores() != stores) {
                cpu.stepProbed();
                return i;
            }
            timeline.retire(length);
        }
        return times;
    }

    /** Whether nobody wants to stop at the next instruction. Notes the probe that it has. */
    private boolean mayPass() {
        long pc = cpu.pc();
        long physical = cpu.peek(pc);
        if (physical < 0) {
            return false;
        }
        int probe = cpu.overlay().probeAt(physical, pc);
        if (probe == FetchOverlay.NONE) {
            return !cpu.overlay().cuts(physical, pc);
        }
        if (cpu.overlay().at(physical, pc) != null || cpu.overlay().watched(physical, pc)) {
            return false;
        }
        if (cpu.cells().onlyCounts(probe)) {
            counted.add(probe);
            return true;
        }
        boolean only = handled == NOWHERE && cpu.traps().endsBefore(probe);
        handled = pc;
        return only;
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
