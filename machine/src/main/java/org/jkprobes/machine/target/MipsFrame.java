package org.jkprobes.machine.target;

import java.util.List;
import java.util.Optional;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.machine.cpu.mips.MipsSlots;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;

/**
 * Where a guest call returns to, and with what stack: so that the guest's own stack traces go on in what was interrupted. They know a
 * function by its return address and find its caller by its prologue ({@code arch/mips/kernel/process.c}, get_frame_info).
 */
final class MipsFrame implements CallConvention.Frame {
    private static final int ARGUMENTS_IN_REGISTERS = 4;
    /** Code that is no function with a prologue may use what lies just below its stack pointer, an exception's entry for one. */
    private static final int GAP = 512;
    /** The longest prologue. */
    private static final int PROLOGUE = 32;

    /**
     * @param returnAddress in the interrupted function, behind its prologue; in its caller, if it has none
     * @param stackPointer as it is there
     * @param savedReturn where the prologue puts the return address; 0 if it has, or never does
     */
    private record Place(long returnAddress, long stackPointer, long savedReturn) {}

    private final MipsCpu cpu;
    private final Memory memory;
    private final Place place;
    /** What is there that the call may change. */
    private final byte[] kept;

    private MipsFrame(MipsCpu cpu, Memory memory, Place place, byte[] kept) {
        this.cpu = cpu;
        this.memory = memory;
        this.place = place;
        this.kept = kept;
    }

    /** Empty if there is no memory. */
    static Optional<CallConvention.Frame> of(MipsCpu cpu, Memory memory, Symbols symbols, PtRegs regs, int arguments) {
        Place place = place(memory, symbols, regs);
        byte[] kept = new byte[4 * Math.max(ARGUMENTS_IN_REGISTERS, arguments)];
        return memory.read(place.stackPointer(), kept, 0, kept.length) == kept.length
                ? Optional.of(new MipsFrame(cpu, memory, place, kept))
                : Optional.empty();
    }

    private static Place place(Memory memory, Symbols symbols, PtRegs regs) {
        Optional<Symbol> function = symbols.at(regs.pc());
        Optional<Place> inside = function.flatMap(f -> behindPrologue(memory, symbols, regs, f.address()));
        if (inside.isPresent()) {
            return inside.get();
        }
        boolean entered = function.isPresent() && function.get().address() == regs.pc();
        if (entered && symbols.isText(regs.get(MipsSlots.RA))) {
            return new Place(regs.get(MipsSlots.RA), regs.stackPointer(), 0);
        }
        List<Symbol> exception = symbols.byName("ret_from_exception");
        long to = exception.size() == 1 ? exception.getFirst().address() : regs.pc();
        return new Place(to, (regs.stackPointer() & -8L) - GAP, 0);
    }

    private static Optional<Place> behindPrologue(Memory memory, Symbols symbols, PtRegs regs, long function) {
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
                    return Optional.of(new Place(at + 4, stack, saved));
                }
                // A function may also come here by a way around its prologue.
                return symbols.isText(memory.readInt(saved, 0) & 0xffffffffL)
                        ? Optional.of(new Place(pc, stack, 0))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    @Override
    public long returnAddress() {
        return place.returnAddress();
    }

    @Override
    public long stackPointer() {
        return place.stackPointer();
    }

    @Override
    public void enter(long function, long... arguments) {
        if (place.savedReturn() != 0) {
            memory.writeInt(place.savedReturn(), (int) cpu.slot(MipsSlots.RA));
        }
        for (int i = 0; i < arguments.length; i++) {
            if (i < ARGUMENTS_IN_REGISTERS) {
                cpu.slot(MipsCalls.A0 + i, arguments[i] & 0xffffffffL);
            } else {
                memory.writeInt(place.stackPointer() + 4L * i, (int) arguments[i]);
            }
        }
        cpu.slot(MipsCalls.T9, function & 0xffffffffL);
        cpu.slot(MipsSlots.SP, place.stackPointer());
        cpu.slot(MipsSlots.RA, place.returnAddress());
        cpu.jump(function);
    }

    @Override
    public void putBack() {
        memory.write(place.stackPointer(), kept, 0, kept.length);
    }
}
