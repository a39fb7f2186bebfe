package org.jkprobes.machine;

import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.machine.engine.Ram;
import org.jkprobes.machine.engine.Vcpu;
import org.jspecify.annotations.Nullable;

/** A whole computer: a CPU, RAM, a board, virtual time, and the loop that runs them. Not thread-safe. */
public final class Machine implements AutoCloseable {
    /** Why {@link #run} came back. */
    public enum Outcome {
        /** As many instructions have retired as was asked. */
        REACHED,
        POWER_OFF,
        RESET,
        /** {@link Machine#pause} was called. */
        PAUSED,
        /** {@link Machine#interrupt} was called. */
        INTERRUPTED,
        /** The guest waits for an interrupt that no timer will raise, only a key perhaps; or the idle policy gave up waiting. */
        IDLE;

        /** Whether it was the host who stopped the guest, too early: it would go on at once. */
        public boolean early() {
            return this == PAUSED || this == INTERRUPTED;
        }
    }

    /** Who runs the machine in the stead of whoever calls {@link Machine#run}: a debugger. */
    @FunctionalInterface
    public interface Monitor {
        /**
         * As {@link Machine#run}, and it may come back with {@link Outcome#REACHED} early. Time may also have gone back meanwhile.
         */
        Outcome run(long until);
    }

    private final Timeline timeline;
    private final Ram ram;
    private final Board board;
    private final Vcpu cpu;
    private Engine engine = Engines.fastest();
    private final InputGate input = new InputGate();
    private IdlePolicy idle = IdlePolicy.SKIP;
    private boolean paused;
    private @Nullable Monitor monitor;
    private volatile boolean interrupted;
    private final Object idleLock = new Object();
    /** The thread that lets idle time pass just now; guarded by the lock, so that no interrupt comes when it no longer does. */
    private @Nullable Thread idling;
    /** The guest does again what it did before. */
    private boolean again;

    private boolean closed;
    private final @Nullable PollingLoop polls;

    public Machine(Timeline timeline, Ram ram, Board board, Vcpu cpu) {
        this.timeline = timeline;
        this.ram = ram;
        this.board = board;
        this.cpu = cpu;
        polls = cpu instanceof ProbedCpu probed ? new PollingLoop(timeline, ram, board, probed) : null;
        timeline.polling().ask(cpu::requestAttention);
    }

    public Timeline timeline() {
        return timeline;
    }

    public Ram ram() {
        return ram;
    }

    public Board board() {
        return board;
    }

    public Vcpu cpu() {
        return cpu;
    }

    /** What runs the CPU from now on: every engine gives the same states at every instruction count. */
    public void engine(Engine chosen) {
        engine = chosen;
    }

    /** What an idle guest costs the host. */
    public void idle(IdlePolicy policy) {
        idle = policy;
    }

    /** The console's keyboard: what is typed there enters the guest soon after, while it runs. */
    public Keyboard keyboard() {
        return input.keyboard();
    }

    /** What has been typed into the guest since it was switched on or restored; a replayed journal's keys included. */
    public InputJournal journal() {
        return input.journal();
    }

    /**
     * Lets the keys of a journal enter exactly when it says; keys from the keyboard wait until there are no more, and idle time is
     * skipped meanwhile. Entries of the past are left out; a restore ends it. If the guest does not take the keys then, {@link #run} throws a {@link ReplayException}.
     */
    public void replay(InputJournal journal) {
        input.replay(journal, timeline);
    }

    /** Makes {@link #run} come back at the next instruction boundary; for probe handlers. */
    public void pause() {
        paused = true;
        cpu.requestAttention();
    }

    /** Has someone else run the machine from now on. */
    public void monitor(Monitor by) {
        monitor = by;
    }

    /** Makes {@link #runFreely} come back with {@link Outcome#INTERRUPTED} soon, also when the guest idles. Any thread may call this. */
    public void interrupt() {
        interrupted = true;
        keyboard().wake();
        synchronized (idleLock) {
            if (idling != null) {
                idling.interrupt();
            }
        }
    }

    /** Runs until {@code until} instructions have retired since power-on, or the guest stops. */
    public Outcome run(long until) {
        Monitor by = monitor;
        return by == null ? runFreely(until) : by.run(until);
    }

    /** As {@link #run}, without the monitor. */
    public Outcome runFreely(long until) {
        if (closed) {
            throw new IllegalStateException("the machine is closed");
        }
        while (true) {
            timeline.fireDue();
            input.enter(board, timeline);
            cpu.attend();
            switch (board.stop()) {
                case POWER_OFF -> {
                    return Outcome.POWER_OFF;
                }
                case RESET -> {
                    return Outcome.RESET;
                }
                case NONE -> {}
            }
            if (paused && !cpu.stepping()) {
                paused = false;
                return Outcome.PAUSED;
            }
            if (interrupted && !cpu.stepping()) {
                interrupted = false;
                return Outcome.INTERRUPTED;
            }
            long left = until - timeline.retired();
            if (left <= 0 && !cpu.stepping()) {
                return Outcome.REACHED;
            }
            if (cpu.waiting()) {
                if (!cpu.canWake() || !passIdleTime()) {
                    return Outcome.IDLE;
                }
                continue;
            }
            long free = Math.min(timeline.instructionsToNextDue(), input.instructionsToNext(timeline));
            if (polls != null && timeline.polling().due() && !cpu.stepping()) {
                polls.pass(engine, timeline.retired() + Math.min(left, free));
            } else {
                engine.run(cpu, Math.min(left, free));
            }
        }
    }

    /** Lets time pass until something happens; false if nothing will, or the idle policy gave up. */
    private boolean passIdleTime() {
        long due = timeline.nextDue();
        long key = input.nextNs(timeline);
        if (key <= due && key != IdlePolicy.FOREVER) {
            timeline.idleUntil(key);
            return true;
        }
        long ns = due == IdlePolicy.FOREVER ? due : due - timeline.now();
        long passed = input.replaying() || again ? IdlePolicy.SKIP.pass(ns) : passAsHost(ns);
        timeline.idleUntil(timeline.now() + passed);
        return passed == ns || keyboard().hasNews() || interrupted;
    }

    private long passAsHost(long ns) {
        idling(Thread.currentThread());
        long passed = interrupted ? 0 : idle.pass(ns);
        idling(null);
        if (interrupted) {
            Thread.interrupted(); // that was to end the wait
        }
        return passed;
    }

    private void idling(@Nullable Thread thread) {
        synchronized (idleLock) {
            idling = thread;
        }
    }

    /** Lets a guest that waits wait on until a time, unless it wakes before. */
    void waitUntil(long ns) {
        while (cpu.waiting() && timeline.now() < ns) {
            timeline.idleUntil(Math.min(ns, Math.min(timeline.nextDue(), input.nextNs(timeline))));
            timeline.fireDue();
            input.enter(board, timeline);
            cpu.attend();
        }
    }

    /** From now on the guest does again what it did before, keys included; or no more. */
    void again(boolean now) {
        again = now;
        input.closed(now);
    }

    /** The machine becomes what it was at a moment of its past; what was typed since is typed again when it comes. */
    void goBack(StateInput in) {
        timeline.restore(in);
        cpu.restore(in);
        board.restore(in);
        input.goneBack(timeline);
    }

    /** What was to be typed again from that instruction on is not. */
    void forgetFuture(long retired) {
        input.forgetFuture(retired);
    }

    /** Gives the memory back that the guest had; the machine must not be used any more. Machines that it was forked from, or that were forked from it, go on. */
    @Override
    public void close() {
        closed = true;
        engine = Engines.interpreter(); // the other one has memory, too
        cpu.release();
    }

    /** A hash of all state that the guest can observe: equal for equal machines. */
    public long stateHash() {
        StateOutput out = new StateOutput();
        saveDevices(out);
        long hash = cpu.hashRam();
        for (byte b : out.toByteArray()) {
            hash = (hash ^ b & 0xff) * 0x100000001B3L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    /** All state but RAM. */
    void saveDevices(StateOutput out) {
        timeline.save(out);
        cpu.save(out);
        board.save(out);
    }

    void restoreDevices(StateInput in) {
        input.reset();
        timeline.restore(in);
        cpu.restore(in);
        board.restore(in);
    }
}
