package org.jkprobes.machine.cpu.mips;

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
    };

    /** A BREAK with a code; true if it was handled and the CPU goes on where its state says. */
    boolean breakpoint(int code);

    /** An exception of an instruction that is being stepped; true if there is none any more, false to raise it where the state says. */
    boolean fault(int exception);

    /** The instruction stepped where it stands is done; state is where it has led. */
    void steppedInPlace();
}
