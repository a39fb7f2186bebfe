package org.jkprobes.arch.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.target.SlotArea;

/**
 * What runs in a slot in an instruction's stead: one instruction. If it reads memory relative to its own address, its displacement is made
 * for each slot.
 *
 * @param code with any displacement
 * @param displacementAt where the displacement relative to the instruction's own address is in it; 0 if there is none
 * @param memory what that displacement leads to
 * @param anywhere whether it may lead there from any distance
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are shared, and the record is never compared
record X86Copy(byte[] code, int displacementAt, long memory, boolean anywhere) {
    /** Where in a slot the copy is that is not reported when it is done. */
    static final int BOOSTED = 16;

    static final int SLOT_BYTES = 2 * BOOSTED;

    private static final int INT3 = 0xcc;
    private static final int JMP = 0xe9;
    private static final int JMP_BYTES = 5;
    private static final int MOV_LOAD = 0x8b;
    private static final int PUSH_IMMEDIATE = 0x68;
    private static final int PUSH_RAX = 0x50;
    private static final int POP_RAX = 0x58;
    private static final int GROUP_PUSH = 6 << 3;
    private static final int REG_FIELD = 7 << 3;

    /** The instruction itself. */
    static X86Copy of(X86Code code) {
        return with(code, code.bytes().clone(), code.instruction().displacementOffset());
    }

    /** {@code pop %rax}. */
    static X86Copy pop() {
        return new X86Copy(new byte[] {(byte) POP_RAX}, 0, 0, true);
    }

    /** Pushes the address behind an instruction if an immediate can hold it ({@link #pushesNext}), else anything. */
    static X86Copy push(X86Code code) {
        byte[] bytes = pushesNext(code)
                ? ByteBuffer.allocate(5)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put((byte) PUSH_IMMEDIATE)
                        .putInt((int) code.next())
                        .array()
                : new byte[] {(byte) PUSH_RAX};
        return new X86Copy(bytes, 0, 0, true);
    }

    static boolean pushesNext(X86Code code) {
        return code.layout().wordBytes() == 4 || code.next() == (int) code.next();
    }

    /** {@code push} of the memory operand of a {@code call} or {@code jmp}. */
    static X86Copy pushOperand(X86Code code) {
        return withOperand(code, 0, 0xff, GROUP_PUSH);
    }

    /** {@code mov} of the memory operand of a {@code call} or {@code jmp} to rax. */
    static X86Copy loadOperand(X86Code code) {
        return withOperand(code, 8, MOV_LOAD, 0);
    }

    /** Prefixes that concern the memory operand, and the operand itself, with another opcode. */
    private static X86Copy withOperand(X86Code code, int rexBits, int opcode, int reg) {
        X86Instruction instruction = code.instruction();
        byte[] old = code.bytes();
        int opcodeAt = instruction.opcodeOffset();
        byte[] made = new byte[old.length + 1];
        int at = 0;
        int rex = 0x40 | rexBits;
        for (int i = 0; i < opcodeAt; i++) {
            int prefix = old[i] & 0xff;
            if (wide(code) && (prefix & 0xf0) == 0x40) {
                rex |= prefix & 3;
            } else if (concernsMemory(prefix)) {
                made[at++] = (byte) prefix;
            }
        }
        if (wide(code) && rex != 0x40) {
            made[at++] = (byte) rex;
        }
        int operandAt = at + 1;
        made[at++] = (byte) opcode;
        made[at++] = (byte) (old[opcodeAt + 1] & ~REG_FIELD | reg);
        int rest = old.length - opcodeAt - 2;
        System.arraycopy(old, opcodeAt + 2, made, at, rest);
        int displacement = instruction.displacementOffset() - (opcodeAt + 1) + operandAt;
        return with(code, Arrays.copyOf(made, at + rest), displacement);
    }

    private static boolean wide(X86Code code) {
        return code.layout().mode() == X86Mode.BITS64;
    }

    private static boolean concernsMemory(int prefix) {
        return switch (prefix) {
            case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67 -> true;
            default -> false;
        };
    }

    private static X86Copy with(X86Code code, byte[] bytes, int displacementAt) {
        X86Instruction instruction = code.instruction();
        for (int i = 0; i < instruction.operandCount() && instruction.isRipRelative(); i++) {
            if (instruction.operand(i) instanceof X86Operand.Mem operand && operand.isRipRelative()) {
                long memory = code.next() + operand.displacement();
                return new X86Copy(bytes, displacementAt, memory, instruction.addressBits() < 64);
            }
        }
        return new X86Copy(bytes, 0, 0, true);
    }

    int length() {
        return code.length;
    }

    /** Whether it can be in any slot of an area. */
    boolean fits(SlotArea area) {
        return code.length <= X86Decoder.MAX_LENGTH
                && (anywhere || reaches(area.start(), memory) && reaches(area.start() + area.size(), memory));
    }

    private static boolean reaches(long from, long to) {
        long distance = to - from;
        return Math.abs(distance) < Integer.MAX_VALUE - SLOT_BYTES;
    }

    /** The code of a slot: the copy with a breakpoint behind it. */
    byte[] stepped(long slot) {
        byte[] bytes = new byte[SLOT_BYTES];
        Arrays.fill(bytes, (byte) INT3);
        place(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), slot, 0);
        return bytes;
    }

    /** Whether {@link #boosted} is possible in any slot of an area. */
    boolean canBeBoosted(SlotArea area, long next) {
        return code.length + JMP_BYTES <= BOOSTED
                && reaches(area.start(), next)
                && reaches(area.start() + area.size(), next);
    }

    /** As {@link #stepped}, and then the copy once more, with a jump behind it. */
    byte[] boosted(long slot, long next) {
        byte[] bytes = stepped(slot);
        ByteBuffer into = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        place(into, slot, BOOSTED);
        int jump = BOOSTED + code.length;
        into.put(jump, (byte) JMP);
        into.putInt(jump + 1, (int) (next - (slot + jump + JMP_BYTES)));
        return bytes;
    }

    private void place(ByteBuffer into, long slot, int at) {
        into.put(at, code);
        if (displacementAt > 0) {
            into.putInt(at + displacementAt, (int) (memory - (slot + at + code.length)));
        }
    }
}
