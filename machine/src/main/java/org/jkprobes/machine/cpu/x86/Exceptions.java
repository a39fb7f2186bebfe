package org.jkprobes.machine.cpu.x86;

/** Delivers exceptions and interrupts, and what goes wrong in doing so: double faults and shutdown. (SDM vol. 3, 6.15, vector 8.) */
final class Exceptions {
    private final SystemState state;
    private final Fault fault;
    private final X86Registers registers;
    private final SystemListener listener;
    private final Entry real;
    private final Entry protectedMode;
    private final Entry longMode;
    private boolean repeating;

    Exceptions(X86System system, SystemListener listener) {
        state = system.state;
        fault = system.fault;
        registers = system.registers;
        this.listener = listener;
        real = new RealEntry(state, fault, system.memory, system.stack, registers);
        protectedMode = new ProtectedEntry(system);
        longMode = new LongEntry(system);
    }

    /** Whether the next event comes between two iterations of a string instruction: its frame then has RF set. (SDM vol. 3, 18.3.1.1.) */
    void betweenIterations(boolean now) {
        repeating = now;
    }

    /** Raises what {@link Fault} holds, at the instruction that RIP is at. */
    boolean deliverFault() {
        return deliver(fault.vector(), fault.errorCode(), Kind.FAULT, registers.rip());
    }

    /**
     * Enters the handler of an event, or of the exception that comes of trying. RIP must be the address of the instruction at work;
     * for an event between instructions, {@code returnRip}.
     *
     * @param errorCode for a fault that has one; else ignored
     * @param returnRip where the handler is to return: the instruction for a fault, the next for all else
     * @return false after a shutdown
     */
    boolean deliver(int vector, int errorCode, Kind kind, long returnRip) {
        int currentVector = vector;
        int currentError = errorCode;
        Kind currentKind = kind;
        long currentRip = returnRip;
        state.interruptShadow = false;
        while (true) {
            if (attempt(currentVector, currentError, currentKind, currentRip)) {
                return true;
            }
            if (currentVector == Vectors.DOUBLE_FAULT && currentKind == Kind.FAULT) {
                listener.shutdown(asked(vector, kind));
                return false;
            }
            boolean first = currentKind == Kind.FAULT;
            int second = fault.vector();
            if (first && doubles(currentVector, second)) {
                currentVector = Vectors.DOUBLE_FAULT;
                currentError = 0;
            } else {
                currentVector = second;
                currentError = fault.errorCode();
            }
            currentRip = currentKind == Kind.SOFTWARE ? registers.rip() : currentRip;
            currentKind = Kind.FAULT;
        }
    }

    /** INT3 without any handlers cannot but end so: it is how kernels have a PC reset ({@code arch/x86/kernel/reboot.c}). */
    private boolean asked(int vector, Kind kind) {
        return vector == Vectors.BREAKPOINT && kind == Kind.SOFTWARE && state.idtLimit == 0;
    }

    private static boolean doubles(int first, int second) {
        boolean contributory = Vectors.contributory(second);
        return Vectors.contributory(first) && contributory
                || first == Vectors.PAGE_FAULT && (contributory || second == Vectors.PAGE_FAULT);
    }

    private boolean attempt(int vector, int errorCode, Kind kind, long returnRip) {
        boolean hasErrorCode = kind == Kind.FAULT && Vectors.hasErrorCode(vector);
        boolean resume = kind == Kind.FAULT && vector != Vectors.DEBUG || repeating;
        long flags = registers.rflags() | Flag.FIXED;
        flags = resume ? flags | Flag.RF : flags & ~Flag.RF;
        Entry entry = state.realMode() ? real : state.longMode() ? longMode : protectedMode;
        fault.external(kind != Kind.SOFTWARE);
        boolean entered = entry.enter(vector, kind, hasErrorCode, errorCode, flags, returnRip);
        fault.external(false);
        if (entered && vector == Vectors.NMI && kind == Kind.EXTERNAL) {
            state.nmiBlocked = true;
        }
        return entered;
    }
}
