package org.jkprobes.machine;

import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Interpreter;
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
        /** The guest waits for an interrupt that no timer will raise: only a key can go on. */
        IDLE
    }

    private final Timeline timeline;
    private final Ram ram;
    private final Board board;
    private final Vcpu cpu;
    private final Engine engine = new Interpreter();
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

    /** What an idle guest costs the host. */
    public void idle(IdlePolicy policy) {
        idle = policy;
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
                long due = timeline.nextDue();
                if (due == Long.MAX_VALUE || !cpu.canWake()) {
                    return Outcome.IDLE;
                }
                if (!idle.pass(due - timeline.now())) {
                    return Outcome.IDLE;
                }
                timeline.idleUntil(due);
                continue;
            }
            engine.run(cpu, Math.min(left, timeline.instructionsToNextDue()));
        }
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
        timeline.restore(in);
        cpu.restore(in);
        board.restore(in);
    }
}
