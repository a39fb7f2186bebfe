package org.jkprobes.gdb.target;

import java.util.Set;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/**
 * What an instruction reads and writes. Memory only where nothing but RAM can be, for whole lines are read, and a device would notice: on
 * the stack, in the kernel's image, among the CPU's own variables, and where a kernel of 64 bits has all RAM mapped. That is where
 * those variables are, too; what it maps devices to is terabytes away (Linux, {@code arch/x86/mm/kaslr.c}). Written are only the stack and the
 * CPU's own variables: what else there is may be read-only, and a stub writes there all the same, where the instruction would fault.
 */
record X86Operands(X86Layout layout, PtRegs regs, Memory memory, X86Instruction instruction) {
    private static final int SS = 2;
    private static final int DS = 3;
    /** As near to the CPU's own variables there is RAM only. */
    private static final long NEAR = 1L << 36;

    private static final Set<Integer> SIZES = Set.of(8, 16, 32, 64);

    int wordBits() {
        return layout.wordBytes() * 8;
    }

    static long cut(long value, int bits) {
        return bits == 64 ? value : value & (1L << bits) - 1;
    }

    /** Whether {@link #value} of it is known. */
    boolean readable(X86Operand operand) {
        return switch (operand) {
            case X86Operand.Reg reg -> reg.kind() == X86Operand.Kind.GPR;
            case X86Operand.Imm ignored -> true;
            case X86Operand.Mem place ->
                SIZES.contains(place.bits()) && isRam(place) && read(place, new byte[place.bits() / 8]);
            default -> false;
        };
    }

    /** Whether {@link #set} may be tried. */
    boolean writable(X86Operand operand) {
        return switch (operand) {
            case X86Operand.Reg reg -> reg.kind() == X86Operand.Kind.GPR;
            case X86Operand.Mem place -> SIZES.contains(place.bits()) && isOwn(place);
            default -> false;
        };
    }

    private boolean isRam(X86Operand.Mem place) {
        boolean data = place.segment() == SS || place.segment() == DS;
        return isOwn(place)
                || data && instruction.addressBits() == wordBits() && (place.isRipRelative() || isNear(address(place)));
    }

    /** Whether it is on the stack or among the CPU's own variables: what is written there may be written. A stub would not ask. */
    private boolean isOwn(X86Operand.Mem place) {
        if (instruction.addressBits() != wordBits() || place.index() != X86Operand.Mem.NONE) {
            return false;
        }
        return place.segment() == perCpu()
                ? place.base() == X86Operand.Mem.NONE && base() != 0
                : place.segment() == SS && place.base() == X86Guest.RSP;
    }

    private boolean isNear(long address) {
        return layout == X86Layout.AMD64 && base() < 0 && Math.abs(address - base()) < NEAR;
    }

    private int perCpu() {
        return layout == X86Layout.AMD64 ? X86Guest.GS : X86Guest.FS;
    }

    /** Where the CPU's own variables are; 0 if the stub does not say. */
    private long base() {
        return regs.get(regs.index(layout == X86Layout.AMD64 ? X86Guest.GS_BASE : X86Guest.FS_BASE));
    }

    private boolean read(X86Operand.Mem place, byte[] into) {
        return memory.read(address(place), into, 0, into.length) == into.length;
    }

    long address(X86Operand.Mem place) {
        long address = place.displacement();
        if (place.isRipRelative()) {
            address += regs.pc() + instruction.length();
        } else if (place.base() != X86Operand.Mem.NONE) {
            address += regs.get(layout.gpr(place.base()));
        }
        if (place.index() != X86Operand.Mem.NONE) {
            address += regs.get(layout.gpr(place.index())) * place.scale();
        }
        long offset = cut(address, instruction.addressBits());
        return place.segment() == perCpu() ? cut(base() + offset, wordBits()) : offset;
    }

    /** Of one that is {@link #readable}, zero-extended. */
    long value(X86Operand operand) {
        return switch (operand) {
            case X86Operand.Reg reg -> {
                long whole = regs.get(layout.gpr(reg.number()));
                yield cut(reg.highByte() ? whole >>> 8 : whole, reg.bits());
            }
            case X86Operand.Mem place -> {
                byte[] bytes = new byte[place.bits() / 8];
                yield read(place, bytes) ? number(bytes) : 0;
            }
            case X86Operand.Imm imm -> cut(imm.value(), imm.bits());
            default -> throw new AssertionError(operand);
        };
    }

    private static long number(byte[] bytes) {
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xff;
        }
        return value;
    }

    /** Whether it could be written; what is not memory can. */
    boolean set(X86Operand operand, long value) {
        if (operand instanceof X86Operand.Mem place) {
            return store(address(place), value, place.bits() / 8);
        }
        X86Operand.Reg reg = (X86Operand.Reg) operand;
        int index = layout.gpr(reg.number());
        int shift = reg.highByte() ? 8 : 0;
        long mask = cut(-1, reg.bits()) << shift;
        // 32 bits clear what is above them.
        long kept = reg.bits() >= 32 ? 0 : regs.get(index) & ~mask;
        regs.set(index, kept | value << shift & mask);
        return true;
    }

    boolean store(long address, long value, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        return memory.write(address, bytes, 0, count);
    }
}
