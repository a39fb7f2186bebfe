package org.jkprobes.machine;

import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.machine.engine.Ram;
import org.jkprobes.machine.engine.Vcpu;

/** A whole computer: a CPU, RAM, a board, virtual time, and the loop that runs them. Not thread-safe. */
public final class Machine {
    /** Why {@link #run} came back. */
    public enum Outcome {
        /** As many instructions have retired as was asked. */
        REACHED,
        POWER_OFF,
        RESET,
        /** {@link Machine#pause} was called. */
        PAUSED,
        /** The guest waits for an interrupt that no timer will raise, only a key perhaps; or the idle policy gave up waiting. */
        IDLE
    }

    private final Timeline timeline;
    private final Ram ram;
    private final Board board;
    private final Vcpu cpu;
    private Engine engine = Engines.fastest();
    private final InputGate input = new InputGate();
    private IdlePolicy idle = IdlePolicy.SKIP;
    private boolean paused;

    public Machine(Timeline timeline, Ram ram, Board board, Vcpu cpu) {
        this.timeline = timeline;
        this.ram = ram;
        this.board = board;
        this.cpu = cpu;
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

    /** Runs until {@code until} instructions have retired since power-on, or the guest stops. */
    public Outcome run(long until) {
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
            engine.run(cpu, Math.min(left, free));
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
        long passed = (input.replaying() ? IdlePolicy.SKIP : idle).pass(ns);
        timeline.idleUntil(timeline.now() + passed);
        return passed == ns || keyboard().hasNews();
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
