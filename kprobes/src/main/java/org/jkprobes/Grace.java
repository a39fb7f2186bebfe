package org.jkprobes;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Slots;

/**
 * Grace periods, after RCU: what has been taken out of the readers' sight is freed when no reader can have it any more. Readers are the
 * vCPUs' threads while their epoch is odd.
 */
final class Grace {
    /** An instruction nobody finds any more. */
    private static final class Retired {
        final ProbedInstruction instruction;
        /** By vCPU: it cannot be using it, and never will. */
        final boolean[] released;

        Retired(ProbedInstruction instruction, int cpus) {
            this.instruction = instruction;
            this.released = new boolean[cpus];
        }
    }

    private final CpuState[] cpus;
    private final Queue<Retired> retired = new ArrayDeque<>();

    Grace(CpuState[] cpus) {
        this.cpus = cpus;
    }

    /** Whether the current thread is inside a hit: it must not wait for one. */
    boolean reading() {
        Thread me = Thread.currentThread();
        for (CpuState cpu : cpus) {
            if (cpu.isReader(me)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Waits until every handler that runs now has ended. A caller inside a hit does not wait, and a handler that exceeds the limit is not
     * waited for: slots are freed by {@link #collect} all the same only when they are free.
     *
     * @return false if it did not wait for all
     */
    boolean await(long limitNanos) {
        if (reading()) {
            return false;
        }
        long start = System.nanoTime();
        for (CpuState cpu : cpus) {
            long epoch = cpu.epoch();
            for (int spins = 0; (epoch & 1) != 0 && cpu.epoch() == epoch; spins++) {
                if (spins < 1000) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
                    if (System.nanoTime() - start > limitNanos) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Keeps an instruction until it is free. Hits that start from now on must not find it. With the registry's lock held. */
    void retire(ProbedInstruction instruction) {
        retired.add(new Retired(instruction, cpus.length));
    }

    /** Frees what can be freed. With the registry's lock held. */
    void collect(Slots slots) {
        for (Iterator<Retired> all = retired.iterator(); all.hasNext(); ) {
            Retired one = all.next();
            if (isFree(one)) {
                one.instruction.remove(slots);
                all.remove();
            }
        }
    }

    private boolean isFree(Retired one) {
        boolean free = true;
        for (int i = 0; i < cpus.length; i++) {
            one.released[i] = one.released[i] || !mayUse(cpus[i], one.instruction);
            free &= one.released[i];
        }
        return free;
    }

    /** Hits that may have found it have ended if the epoch is even; then only a step can be using it. */
    private static boolean mayUse(CpuState cpu, ProbedInstruction instruction) {
        long epoch = cpu.epoch();
        if ((epoch & 1) != 0 || cpu.uses(instruction)) {
            return true;
        }
        VarHandle.acquireFence();
        return cpu.epoch() != epoch;
    }

    /** Instructions waiting to be freed. */
    int waiting() {
        return retired.size();
    }
}
