package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.ADDRESS;
import static org.jkprobes.machine.cpu.x86.X86Slots.OFFSET;
import static org.jkprobes.machine.cpu.x86.X86Slots.RBP;
import static org.jkprobes.machine.cpu.x86.X86Slots.RSP;
import static org.jkprobes.machine.cpu.x86.X86Slots.SEGMENT_BASE;
import static org.jkprobes.machine.cpu.x86.X86Slots.ZERO;

import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/** Reads and writes the operands of an instruction: registers, memory, immediates. */
final class OperandLifter {
    private static final X86Instruction NONE = X86Decoder.decode(new byte[0], 0, 0, X86Mode.BITS64);

    private final X86Emitter emit;
    private BlockBuilder out = new BlockBuilder();
    private int mode;
    private boolean long64;

    /** The instruction in hand, and the linear address after it. */
    private X86Instruction instruction;

    private long next;

    // Where the memory operand in hand is: a slot, what is to be added to it, and by which segment; the latter's rights
    // are to be checked.
    private int base;
    private int displacement;
    private int segment;
    private boolean limited;

    OperandLifter(X86Emitter emit) {
        this.emit = emit;
        instruction = NONE;
    }

    void begin(BlockBuilder into, int cpuMode) {
        out = into;
        mode = cpuMode;
        long64 = (mode & ModeBits.LONG) != 0;
    }

    void instruction(X86Instruction now, long nextPc) {
        instruction = now;
        next = nextPc;
    }

    boolean isMemory(int index) {
        return instruction.operand(index) instanceof X86Operand.Mem;
    }

    // ---- addresses ----

    /** Makes the linear address of a memory operand ready for {@link #load} and {@link #store}. */
    void address(X86Operand.Mem memory) {
        effective(memory);
        inSegment(memory.segment());
    }

    /** Makes the linear address ready that a register points to in a segment. */
    void at(int register, int number) {
        base = register;
        displacement = 0;
        int bits = instruction.addressBits();
        if (bits == 16 || bits == 32 && long64) {
            cut(bits);
        }
        inSegment(number);
    }

    /** The same, with a slot added to the offset. */
    void address(X86Operand.Mem memory, int more) {
        effective(memory);
        offsetInto(ADDRESS);
        out.slots(Op.ADD64, ADDRESS, ADDRESS, more);
        base = ADDRESS;
        cut(instruction.addressBits());
        inSegment(memory.segment());
    }

    private boolean hasBase(int number) {
        return number >= Segment.FS || (mode & (ModeBits.DATA_BASE | ModeBits.CODE_BASE | ModeBits.REAL)) != 0;
    }

    private boolean hasLimit(int number) {
        int bit = switch (number) {
            case Segment.FS -> ModeBits.FS_LIMIT;
            case Segment.GS -> ModeBits.GS_LIMIT;
            default -> ModeBits.DATA_LIMIT;
        };
        return !long64 && (mode & bit) != 0;
    }

    /** From an offset to a linear address. */
    private void inSegment(int number) {
        segment = number;
        limited = hasLimit(number);
        if (limited) {
            out.immediate(Op.ADDI, OFFSET, base, displacement);
        }
        if (hasBase(number)) {
            out.slots(Op.ADD64, ADDRESS, base, SEGMENT_BASE + number);
            base = ADDRESS;
        }
    }

    /** Leaves base and displacement of the offset; a sum of registers is made in ADDRESS. */
    private void effective(X86Operand.Mem memory) {
        int bits = instruction.addressBits();
        int first = memory.base();
        int index = memory.index();
        displacement = (int) memory.displacement();
        if (first == X86Operand.Mem.RIP) {
            long target = next + memory.displacement();
            absolute(bits == 32 ? target & 0xffffffffL : target);
            return;
        }
        base = first >= 0 ? first : ZERO;
        if (index >= 0) {
            if (memory.scale() == 1 && first >= 0) {
                out.slots(Op.ADD64, ADDRESS, first, index);
            } else {
                out.slots(Op.ADD_SCALED, ADDRESS, base, index, Integer.numberOfTrailingZeros(memory.scale()));
            }
            base = ADDRESS;
        } else if (first < 0) {
            absolute(bits == 64 ? memory.displacement() : memory.displacement() & (1L << bits) - 1);
            return;
        }
        // Outside 64-bit mode 32-bit offsets wrap with the linear address.
        if (bits == 16 || bits == 32 && long64) {
            cut(bits);
        }
    }

    private void absolute(long offset) {
        if (offset == (int) offset) {
            base = ZERO;
            displacement = (int) offset;
        } else {
            emit.constant(ADDRESS, offset);
            base = ADDRESS;
            displacement = 0;
        }
    }

    /** Cuts the offset to so many bits. */
    private void cut(int bits) {
        if (bits == 64) {
            return;
        }
        out.immediate(Op.ADDI, ADDRESS, base, displacement);
        if (bits == 16) {
            out.immediate(Op.ANDI, ADDRESS, ADDRESS, 0xffff);
        }
        base = ADDRESS;
        displacement = 0;
    }

    private void offsetInto(int slot) {
        if (displacement != 0 || base != slot) {
            out.immediate(Op.ADDI64, slot, base, displacement);
            base = slot;
            displacement = 0;
        }
    }

    /** LEA: the offset of a memory operand, of which the low bits count. */
    int effective(X86Operand.Mem memory, int width, int d) {
        effective(memory);
        if (displacement == 0) {
            return base;
        }
        out.immediate(width == 64 ? Op.ADDI64 : Op.ADDI, d, base, displacement);
        return d;
    }

    /** The linear address in {@link X86Slots#ADDRESS}, and the offset in OFFSET if the segment has limits. */
    void addressInSlot() {
        offsetInto(ADDRESS);
        if (!long64) {
            out.slots(Op.MOV, ADDRESS, ADDRESS, 0);
        }
    }

    /** Asks whether the segment lets an access be made, where that is in question. */
    void check(int bytes, boolean write) {
        if (limited) {
            emit.helper(X86Helper.LIMIT, segment | (write ? 8 : 0) | bytes << 4, ZERO, OFFSET);
        }
    }

    // ---- memory ----

    /** Loads from the address in hand; 8 and 16 bits are sign-extended. */
    void load(int width, int d) {
        check(width / 8, false);
        out.immediate(
                switch (width) {
                    case 8 -> Op.LD8S;
                    case 16 -> Op.LD16S;
                    case 32 -> Op.LD32;
                    default -> Op.LD64;
                },
                d,
                base,
                displacement);
    }

    void loadUnsigned(int width, int d) {
        if (width < 32) {
            check(width / 8, false);
            out.immediate(width == 8 ? Op.LD8U : Op.LD16U, d, base, displacement);
        } else {
            load(width, d);
        }
    }

    void store(int width, int value) {
        check(width / 8, true);
        out.immediate(
                switch (width) {
                    case 8 -> Op.ST8;
                    case 16 -> Op.ST16;
                    case 32 -> Op.ST32;
                    default -> Op.ST64;
                },
                value,
                base,
                displacement);
    }

    // ---- operands ----

    /**
     * Reads an operand; 8 and 16 bits are sign-extended. Returns the slot that holds it: {@code spare}, or the register itself.
     * Memory operands leave their address in hand.
     */
    int read(int index, int spare) {
        return read(instruction.operand(index), spare);
    }

    int read(X86Operand operand, int spare) {
        return switch (operand) {
            case X86Operand.Reg register -> {
                if (register.bits() >= 32) {
                    yield register.number();
                }
                int position = register.highByte() ? 8 : 0;
                out.immediate(Op.SEXT_FIELD, spare, register.number(), register.bits() << 8 | position);
                yield spare;
            }
            case X86Operand.Mem memory -> {
                address(memory);
                load(memory.bits(), spare);
                yield spare;
            }
            case X86Operand.Imm immediate -> {
                emit.constant(spare, immediate.value());
                yield spare;
            }
            default -> throw new IllegalStateException("no such source: " + operand);
        };
    }

    /** Reads a narrow register, zero-extended. */
    int readUnsigned(X86Operand.Reg register, int d) {
        out.immediate(Op.EXT, d, register.number(), register.bits() << 8 | (register.highByte() ? 8 : 0));
        return d;
    }

    /** Reads an operand whose low bits are all that counts. */
    int readLow(int index, int spare) {
        return instruction.operand(index) instanceof X86Operand.Reg register && !register.highByte()
                ? register.number()
                : read(index, spare);
    }

    /** Reads an operand into a slot of its own. */
    void readInto(int index, int d) {
        int slot = read(index, d);
        if (slot != d) {
            emit.copy(d, slot);
        }
    }

    /** Writes an operand; a memory operand's address is in hand. */
    void write(int index, int value) {
        switch (instruction.operand(index)) {
            case X86Operand.Reg register -> write(register, value);
            case X86Operand.Mem memory -> store(memory.bits(), value);
            default -> throw new IllegalStateException("no such destination");
        }
    }

    void write(X86Operand.Reg register, int value) {
        if (register.highByte()) {
            out.immediate(Op.PUT, register.number(), value, 8 << 8 | 8);
        } else {
            writeGpr(register.bits(), register.number(), value);
        }
    }

    /** Writes the low bits of a general register, as an instruction of this width does. */
    void writeGpr(int width, int register, int value) {
        switch (width) {
            case 64 -> emit.copy(register, value);
            case 32 -> out.slots(Op.MOV, register, value, 0);
            default -> out.immediate(Op.PUT, register, value, width << 8);
        }
    }

    // ---- the stack ----

    /** Makes the address ready that is {@code offset} bytes above the top of the stack. */
    void stack(int offset) {
        stack(RSP, offset);
    }

    /** Makes the address ready that RBP points to. */
    void frame() {
        stack(RBP, 0);
    }

    private void stack(int register, int offset) {
        base = register;
        displacement = offset;
        if (!long64 && (mode & ModeBits.STACK_BIG) == 0) {
            cut(16);
        }
        inSegment(Segment.SS);
    }

    /** Gives the stack pointer the value of a slot and some bytes. */
    void setStack(int slot, int bytes) {
        if (long64) {
            out.immediate(Op.ADDI64, RSP, slot, bytes);
        } else if ((mode & ModeBits.STACK_BIG) != 0) {
            out.immediate(Op.ADDI, RSP, slot, bytes);
        } else {
            out.immediate(Op.ADDI, ADDRESS, slot, bytes);
            out.immediate(Op.PUT, RSP, ADDRESS, 16 << 8);
        }
    }

    /** Adds to the stack pointer. */
    void moveStack(int bytes) {
        setStack(RSP, bytes);
    }

    /** Pushes the low bits of a slot. */
    void push(int width, int value) {
        stack(-width / 8);
        store(width, value);
        moveStack(-width / 8);
    }

    /** Loads what a pop yields; the stack pointer is still to be moved. */
    void loadPopped(int width, int d) {
        stack(0);
        loadUnsigned(width, d);
    }
}
