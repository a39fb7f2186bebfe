package org.jkprobes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jkprobes.arch.ProbedInstruction;
import org.jkprobes.arch.Step;
import org.jspecify.annotations.Nullable;

/**
 * What Kprobes keeps of one vCPU: the hits it is in, innermost last, and the epoch that tells others whether it is reading. All but the
 * epoch is used by the vCPU's thread only, or by one that has seen the epoch stand still at an even value.
 */
@SuppressWarnings("ReferenceEquality") // instructions are identities
final class CpuState {
    private static final VarHandle EPOCH;
    private static final VarHandle RUNNING;

    static {
        try {
            EPOCH = MethodHandles.lookup().findVarHandle(CpuState.class, "epoch", long.class);
            RUNNING = MethodHandles.lookup().findVarHandle(CpuState.class, "running", Kprobe.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int number;

    /** Odd while the vCPU's thread reads what others may change. */
    @SuppressWarnings("unused") // through EPOCH
    private long epoch;

    /** The thread that made the epoch odd; to be read after an odd epoch. */
    private @Nullable Thread reader;

    /** Whether the watchdog has interrupted the reader. Plain: it is looked at after every hit, and a hit that sees it late sees it. */
    private boolean expired;

    private Frame[] frames = {new Frame(), new Frame(), new Frame(), new Frame()};
    private int depth;

    /** How many handlers are running, one inside the other. */
    int handlers;

    /** The probe whose handler is running; the innermost one. A volatile write would cost as much as the rest of a hit. */
    @SuppressWarnings("unused") // through RUNNING
    private @Nullable Kprobe running;

    /** Hits that a refill has interrupted, oldest first. */
    final SuspendedHits suspended = new SuspendedHits();

    /** Of the hit without a frame that is going on. */
    final Step lone = new Step();

    CpuState(int number) {
        this.number = number;
    }

    /** Starts reading, unless this vCPU is reading already. Returns what {@link #exit} wants. */
    boolean enter() {
        long now = (long) EPOCH.get(this);
        if ((now & 1) != 0) {
            return false;
        }
        Thread thread = Thread.currentThread();
        if (reader != thread) {
            reader = thread;
        }
        // Volatile: what is read from here on must not be older than the odd epoch others see.
        EPOCH.setVolatile(this, now + 1);
        return true;
    }

    void exit(boolean entered) {
        if (entered) {
            EPOCH.setRelease(this, (long) EPOCH.get(this) + 1);
            if (expired) {
                expired = false;
                HandlerTime.ended(Thread.currentThread());
            }
        }
    }

    /** Ends the handler that runs in this epoch, if it will be ended. */
    void expire(long itsEpoch) {
        Thread thread = reader;
        if (thread != null && epoch() == itsEpoch) {
            HandlerTime.expire(thread);
            expired = true;
            thread.interrupt();
        }
    }

    long epoch() {
        return (long) EPOCH.getVolatile(this);
    }

    /** Whether this thread is inside a hit of this vCPU. */
    boolean isReader(Thread thread) {
        return (epoch() & 1) != 0 && thread.equals(reader);
    }

    @Nullable
    Kprobe running() {
        return (Kprobe) RUNNING.getOpaque(this);
    }

    boolean handling() {
        return handlers > 0;
    }

    /** Whether no hit is going on or to be gone on with. */
    boolean atRest() {
        return depth == 0 && handlers == 0 && suspended.isEmpty();
    }

    int depth() {
        return depth;
    }

    Frame push(ProbePoint point) {
        if (depth == frames.length) {
            // Only by guest calls in handlers, deeply nested: not the usual path.
            frames = Arrays.copyOf(frames, depth * 2);
            for (int i = depth; i < frames.length; i++) {
                frames[i] = new Frame();
            }
        }
        Frame frame = frames[depth++];
        frame.start(point);
        return frame;
    }

    /** A handler of this probe starts. Returns what {@link #leaveHandler} wants. */
    int enterHandler(Kprobe probe) {
        handlers++;
        RUNNING.setOpaque(this, probe);
        return depth;
    }

    /** The handler has ended, and so have all hits in guest calls it has made, even those that were given up. */
    void leaveHandler(@Nullable Kprobe outer, int depthBefore) {
        handlers--;
        RUNNING.setOpaque(this, outer);
        while (depth > depthBefore) {
            pop();
        }
    }

    @Nullable
    Frame top() {
        return depth == 0 ? null : frames[depth - 1];
    }

    /** What the frame refers to stays until the next hit: to forget it would cost every hit, and nobody looks above the depth. */
    void pop() {
        depth--;
    }

    /** Whether a hit going on uses this instruction. Only meaningful if the epoch is even and the same before and after. */
    boolean uses(ProbedInstruction instruction) {
        Frame[] now = frames;
        for (int i = 0; i < Math.min(depth, now.length); i++) {
            if (now[i].instruction == instruction) {
                return true;
            }
        }
        return false;
    }
}
