package org.jkprobes.machine.target;

import org.jkprobes.machine.cpu.x86.X86Slots;

/**
 * A guest call on x86: below what is on the stack.
 *
 * @param stackPointer when it has returned: at its arguments, if some are on the stack
 */
record X86Frame(X86Calls calls, long returnAddress, long stackPointer) implements CallConvention.Frame {
    @Override
    public void enter(long function, long... arguments) {
        long to = stackPointer;
        for (int i = 0; i < arguments.length; i++) {
            int register = calls.register(i);
            if (register >= 0) {
                calls.cpu.slot(register, calls.wide ? arguments[i] : arguments[i] & 0xffffffffL);
            } else {
                put(to, arguments[i]);
                to += calls.bytes();
            }
        }
        put(stackPointer - calls.bytes(), returnAddress);
        calls.cpu.slot(X86Slots.RSP, stackPointer - calls.bytes());
        calls.cpu.jump(function);
    }

    private void put(long address, long value) {
        if (calls.wide) {
            calls.memory.writeLong(address, value);
        } else {
            calls.memory.writeInt(address, (int) value);
        }
    }

    /** Nothing: what is above its stack pointer is not the callee's. */
    @Override
    public void putBack() {}
}
