package org.jkprobes.machine.target;

import java.util.List;
import java.util.Optional;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;

/**
 * Where a guest call returns to, and with what stack: so that the guest's own stack traces go on in what was interrupted. They know a
 * function by its return address and find its caller by its prologue ({@code arch/mips/kernel/process.c}, get_frame_info).
 *
 * @param returnAddress in the interrupted function, behind its prologue; in its caller, if it has none
 * @param stackPointer as it is there
 * @param savedReturn where the prologue puts the return address; 0 if it has, or never does
 */
record CallFrame(long returnAddress, long stackPointer, long savedReturn) {
    private static final int RA = 31;
    private static final int ARGUMENTS_IN_REGISTERS = 4;
    /** Code that is no function with a prologue may use what lies just below its stack pointer, an exception's entry for one. */
    private static final int GAP = 512;
    /** The longest prologue. */
    private static final int PROLOGUE = 32;

    static CallFrame of(Memory memory, Symbols symbols, PtRegs regs) {
        Optional<Symbol> function = symbols.at(regs.pc());
        Optional<CallFrame> inside = function.flatMap(f -> behindPrologue(memory, symbols, regs, f.address()));
        if (inside.isPresent()) {
            return inside.get();
        }
        boolean entered = function.isPresent() && function.get().address() == regs.pc();
        if (entered && symbols.isText(regs.get(RA))) {
            return new CallFrame(regs.get(RA), regs.stackPointer(), 0);
        }
        List<Symbol> exception = symbols.byName("ret_from_exception");
        long to = exception.size() == 1 ? exception.getFirst().address() : regs.pc();
        return new CallFrame(to, (regs.stackPointer() & -8L) - GAP, 0);
    }

    private static Optional<CallFrame> behindPrologue(Memory memory, Symbols symbols, PtRegs regs, long function) {
        long pc = regs.pc();
        int frame = 0;
        long adjusted = 0;
        for (int i = 0; i < PROLOGUE; i++) {
            long at = function + 4L * i;
            int word = memory.readInt(at, 0);
            if (frame == 0 && word >>> 16 == 0x27bd && (short) word < 0) { // addiu sp,sp,-frame
                frame = -(short) word;
                adjusted = at;
            } else if (frame != 0 && word >>> 16 == 0xafbf) { // sw ra,offset(sp)
                long stack = pc > adjusted ? regs.stackPointer() : regs.stackPointer() - frame;
                long saved = stack + (short) word;
                if (pc <= at) {
                    return Optional.of(new CallFrame(at + 4, stack, saved));
                }
                // A function may also come here by a way around its prologue.
                return symbols.isText(memory.readInt(saved, 0) & 0xffffffffL)
                        ? Optional.of(new CallFrame(pc, stack, 0))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** How many bytes from {@link #stackPointer} a function with so many arguments owns. */
    private static int area(int arguments) {
        return 4 * Math.max(ARGUMENTS_IN_REGISTERS, arguments);
    }

    /** What is there that the call may change; empty if there is no memory. */
    Optional<byte[]> keep(Memory memory, int arguments) {
        byte[] kept = new byte[area(arguments)];
        return memory.read(stackPointer, kept, 0, kept.length) == kept.length ? Optional.of(kept) : Optional.empty();
    }

    void putBack(Memory memory, byte[] kept) {
        memory.write(stackPointer, kept, 0, kept.length);
    }

    /** Puts the return address and the arguments beyond registers on the stack. */
    void write(Memory memory, PtRegs regs, long... arguments) {
        if (savedReturn != 0) {
            memory.writeInt(savedReturn, (int) regs.get(RA));
        }
        for (int i = ARGUMENTS_IN_REGISTERS; i < arguments.length; i++) {
            memory.writeInt(stackPointer + 4L * i, (int) arguments[i]);
        }
    }
}
