package org.jkprobes.machine.cpu.x86;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jkprobes.isa.x86.DecoderRows;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;

/** Makes {@link CodeCase}s: random instructions of given lines of the decoder's tables, in a state in which they mostly find their memory. */
final class CaseSource {
    /** They would call the host's kernel, depend on it, or differ from CPU to CPU by design. */
    private static final Set<X86Op> NOT_COMPARED = EnumSet.of(
            X86Op.INT,
            X86Op.INT1,
            X86Op.INT3,
            X86Op.SYSCALL,
            X86Op.SYSENTER,
            X86Op.CPUID,
            X86Op.RDTSC,
            X86Op.RDTSCP,
            X86Op.RDPMC,
            X86Op.XGETBV,
            X86Op.SMSW,
            X86Op.SGDT,
            X86Op.SIDT,
            X86Op.SLDT,
            X86Op.STR,
            X86Op.LAR,
            X86Op.LSL,
            X86Op.VERR,
            X86Op.VERW,
            X86Op.XBEGIN,
            X86Op.XABORT,
            X86Op.UD0,
            X86Op.CALL_FAR,
            X86Op.JMP_FAR,
            X86Op.RET_FAR,
            X86Op.IRET,
            X86Op.FXSAVE,
            X86Op.FXRSTOR,
            // Their last bits differ: see TranscendentalHostTest.
            X86Op.FSIN,
            X86Op.FCOS,
            X86Op.FSINCOS,
            X86Op.FPTAN,
            X86Op.FPATAN,
            X86Op.F2XM1,
            X86Op.FYL2X,
            X86Op.FYL2XP1);

    private static final int[] NUMBERS = {0, 1, -1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000};

    private final RandomGenerator random;
    private final X86Mode mode;

    CaseSource(RandomGenerator random, X86Mode mode) {
        this.random = random;
        this.mode = mode;
    }

    /** Whether our CPU is meant to have the instructions of a line, and the host to have the same in user mode. */
    static boolean comparable(DecoderRows.Line line) {
        return !NOT_COMPARED.contains(line.op())
                && !CaseLimits.isMissing(line.op())
                && !line.toString().startsWith("0f 3");
    }

    /** One instruction of a line, or empty if the random bytes were none. */
    List<X86Instruction> one(CodeCase into, DecoderRows.Line line) {
        registers(into);
        List<X86Instruction> code = new ArrayList<>();
        append(into, code, 0, line);
        return code;
    }

    /** Several instructions. */
    List<X86Instruction> some(CodeCase into, List<DecoderRows.Line> lines, int most) {
        registers(into);
        List<X86Instruction> code = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < most; i++) {
            at = append(into, code, at, lines.get(random.nextInt(lines.size())));
            X86Instruction last = code.isEmpty() ? null : code.getLast();
            if (last != null && UndefinedFlags.of(last) != 0) {
                // What is undefined must not be seen by what follows.
                X86Instruction define = decode(new byte[] {0x39, (byte) (0xc0 | random.nextInt(64))});
                into.bytes.put(CodeCase.code(at), new byte[] {0x39, (byte) (0xc0 | random.nextInt(64))});
                code.add(define);
                at += 2;
            }
        }
        return code;
    }

    private X86Instruction decode(byte[] bytes) {
        return X86Decoder.decode(bytes, 0, bytes.length, mode);
    }

    private int append(CodeCase into, List<X86Instruction> code, int at, DecoderRows.Line line) {
        for (int i = 0; i < 20; i++) {
            byte[] bytes = DecoderRows.random(line, mode, random);
            X86Instruction decoded = decode(bytes);
            if (!decoded.isValid()
                    || !DecoderRows.isOf(decoded, line)
                    || UndefinedFlags.everything(decoded)
                    || at + decoded.length() > 110) {
                continue;
            }
            aim(into, bytes, decoded, CodeCase.CODE + at, code.isEmpty());
            X86Instruction aimed = decode(bytes);
            into.bytes.put(CodeCase.code(at), bytes, 0, aimed.length());
            code.add(aimed);
            return at + aimed.length();
        }
        return at;
    }

    // ---- state ----

    private long number() {
        return switch (random.nextInt(6)) {
            case 0 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 1 -> random.nextInt(64);
            case 2 -> place();
            case 3 -> random.nextInt();
            default -> random.nextLong();
        };
    }

    /** An address in the data, sometimes at its edges. */
    private long place() {
        return CodeCase.DATA
                + switch (random.nextInt(12)) {
                    case 0 -> 0x1000 - random.nextInt(20);
                    case 1 -> CodeCase.DATA_SIZE - random.nextInt(20);
                    case 2 -> -random.nextInt(10);
                    case 3, 4 -> 256 + random.nextInt(0x1d00);
                    default -> 256 + random.nextInt(0x1d0) * 16;
                };
    }

    private void registers(CodeCase into) {
        boolean wide = mode == X86Mode.BITS64;
        for (int i = 0; i < 16; i++) {
            long value = number();
            into.gpr(i, wide ? value : i < 8 ? value & 0xffffffffL : 0);
        }
        into.gpr(X86Slots.RSP, CodeCase.DATA + 0x800 + 8L * random.nextInt(256));
        long flags = 0x202 | random.nextInt() & Flags.ALL | (random.nextInt(4) == 0 ? Flag.DF : 0);
        into.flags(random.nextInt(40) == 0 ? flags | Flag.TF : flags);
        into.gsBase(wide && random.nextBoolean() ? random.nextInt(0x100) : 0);
        byte[] data = new byte[CodeCase.DATA_SIZE];
        random.nextBytes(data);
        into.bytes.put(CodeCase.data(0), data);
        byte[] registers = new byte[512 - 32 - 96];
        random.nextBytes(registers);
        for (int i = 0; i < 8; i++) {
            // Bytes of an x87 register beyond its ten are not kept.
            Arrays.fill(registers, 16 * i + 10, 16 * i + 16, (byte) 0);
        }
        into.bytes.put(CodeCase.FX + 32, registers);
        if (!wide) {
            Arrays.fill(into.bytes.array(), CodeCase.FX + 32 + 256, CodeCase.FX + 416, (byte) 0);
        }
        into.bytes.put(CodeCase.FX + 4, (byte) random.nextInt(256));
        into.bytes.putShort(CodeCase.FX + 2, (short) (random.nextInt(8) << 11));
    }

    /** Makes an instruction's memory operand lie in the data, by its registers if it is the first, else by its displacement. */
    private void aim(CodeCase into, byte[] bytes, X86Instruction i, long pc, boolean first) {
        int displacementAt = i.displacementOffset();
        long target = place();
        for (int k = 0; k < i.operandCount(); k++) {
            if (i.operand(k) instanceof X86Operand.Mem memory) {
                boolean direct = memory.isRipRelative() || memory.base() < 0 && memory.index() < 0;
                if (direct && displacementAt > 0) {
                    long value = memory.isRipRelative() ? target - (pc + i.length()) : target;
                    put(bytes, displacementAt, i.displacementSize(), value);
                } else if (displacementAt > 0 && i.displacementSize() > 1) {
                    put(bytes, displacementAt, i.displacementSize(), random.nextInt(256) - 128);
                }
                if (first && !direct) {
                    aimRegisters(into, decode(bytes), k, target);
                }
            }
        }
        if (first && i.isRepeated() || i.op() == X86Op.LOOP || i.op() == X86Op.LOOPE || i.op() == X86Op.LOOPNE) {
            into.gpr(X86Slots.RCX, random.nextInt(24));
        }
        branch(bytes, i);
    }

    private void branch(byte[] bytes, X86Instruction i) {
        for (int k = 0; k < i.operandCount(); k++) {
            if (i.operand(k) instanceof X86Operand.Rel) {
                // To the next instruction, or into the int3s behind all.
                put(bytes, i.immediateOffset(), i.immediateSize(), random.nextBoolean() ? 0 : 120 - random.nextInt(8));
            }
        }
    }

    private void aimRegisters(CodeCase into, X86Instruction i, int operand, long target) {
        X86Operand.Mem memory = (X86Operand.Mem) i.operand(operand);
        if (memory.index() >= 0) {
            into.gpr(memory.index(), random.nextInt(100));
        }
        int base = memory.base() >= 0 ? memory.base() : memory.index();
        int scale = memory.base() >= 0 ? 1 : memory.scale();
        long other = memory.base() >= 0 && memory.index() >= 0 ? into.gpr(memory.index()) * memory.scale() : 0;
        if (memory.base() == memory.index()) {
            scale = memory.scale() + 1;
            other = 0;
        }
        long value = (target - memory.displacement() - other) / scale;
        into.gpr(base, mode == X86Mode.BITS64 ? value : value & 0xffffffffL);
    }

    private static void put(byte[] bytes, int at, int size, long value) {
        for (int i = 0; i < size; i++) {
            bytes[at + i] = (byte) (value >> 8 * i);
        }
    }
}
