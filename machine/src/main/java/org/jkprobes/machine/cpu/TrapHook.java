package org.jkprobes.machine.cpu;

/** Asked by the CPU before it raises an exception that a probe may want. The CPU's state is rewound to the instruction. */
public interface TrapHook {
    /** Nobody asks. */
    TrapHook NONE = new TrapHook() {
        @Override
        public boolean breakpoint(int code) {
            return false;
        }

        @Override
        public boolean fault(int exception) {
            return false;
        }

        @Override
        public void steppedInPlace() {}

        @Override
        public Verdict probe(int number) {
            return Verdict.RUN;
        }

        @Override
        public boolean endsBefore(int number) {
            return false;
        }

        @Override
        public void probeAgain(int number) {}

        @Override
        public boolean probeFault(int exception) {
            return false;
        }

        @Override
        public void probeStepped() {}

        @Override
        public void interrupted() {}

        @Override
        public void probeInterrupted() {}

        @Override
        public boolean stopPassed() {
            return false;
        }

        @Override
        public void quiet(boolean now) {}

        @Override
        public void anotherPast() {}
    };

    /** What becomes of a probed instruction. */
    enum Verdict {
        /** It is not executed; the CPU goes on where its state says. */
        SKIP,
        /** It is executed. */
        RUN,
        /** It is executed, and {@link #probeStepped} called when it is done. */
        RUN_AND_TELL
    }

    /** A breakpoint instruction, with its code if it has one; true if it was handled and the CPU goes on where its state says. */
    boolean breakpoint(int code);

    /** An exception of an instruction that is being stepped; true if there is none any more, false to raise it where the state says. */
    boolean fault(int exception);

    /** The instruction stepped where it stands is done; state is where it has led. */
    void steppedInPlace();

    /** The probe of the overlay with this number was reached. */
    Verdict probe(int number);

    /** Whether the probe of the overlay with this number wants nothing once its instruction is executed. */
    boolean endsBefore(int number);

    /** The instruction behind this probe, which was asked or has counted, is executed apart: it is the one asked last. */
    void probeAgain(int number);

    /** The instruction whose probe was asked last raises an exception: as {@link #fault}. */
    boolean probeFault(int exception);

    /** The instruction whose probe was asked last is done; state is where it has led. */
    void probeStepped();

    /**
     * A repeated instruction that is being stepped is between two iterations, where the guest may be interrupted, or the run end. The step
     * is over, unless it is asked for once more.
     */
    void interrupted();

    /** As {@link #interrupted}, of the instruction whose probe was asked last: it is asked once more when the CPU comes back. */
    void probeInterrupted();

    /**
     * A debugger's stop that is passed by: has whatever else there is its turn. False if there is nothing; the instruction is then
     * stepped as a probed one.
     */
    boolean stopPassed();

    /** From now on the guest does again what it did before, and probes have had their hits: none is told of anything. Or no more. */
    void quiet(boolean now);

    /** The guest goes on from a moment of its past, otherwise than it did: what probes know of calls under way is of no use. */
    void anotherPast();
}
