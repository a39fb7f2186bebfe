package org.jkprobes.machine.cpu.x86;

/** Task gates and task returns; refused for now. */
final class TaskSwitch {
    private final Fault fault;
    private final SystemListener listener;

    TaskSwitch(X86System system, SystemListener listener) {
        fault = system.fault;
        this.listener = listener;
    }

    /** An event whose gate is a task gate. */
    boolean interrupt(int selector, boolean hasErrorCode, int errorCode, long flags, long returnRip) {
        listener.unsupported("task gate", selector);
        return fault.selector(Vectors.PROTECTION, selector);
    }

    /** IRET with NT. */
    boolean back() {
        listener.unsupported("task return", 0);
        return fault.raise(Vectors.PROTECTION);
    }
}
