package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jkprobes.isa.x86.DecoderRows;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;

/**
 * Makes {@link SystemCase}s: random instructions of given lines of the decoder's tables, in states and with operands that mean something to
 * the system: selectors of every kind of descriptor, addresses in every kind of page, bits of control registers, and so on.
 */
final class SystemCaseSource {
    private static final int[] SELECTORS = {
        SystemProgram.KERNEL_CS,
        SystemProgram.KERNEL_DS,
        SystemProgram.KERNEL_CS_32,
        SystemProgram.USER_CS_32,
        SystemProgram.USER_DS,
        SystemProgram.USER_CS,
        SystemProgram.KERNEL_CS_16,
        SystemProgram.USER_CS_16,
        SystemProgram.DATA_16,
        SystemProgram.RING_1_CS,
        SystemProgram.RING_1_DS,
        SystemProgram.CONFORMING,
        SystemProgram.GATE,
        SystemProgram.OTHER_TSS,
        SystemProgram.TASK_GATE
    };

    private static final int[] MSRS = {
        0x174,
        0x175,
        0x176,
        0x277,
        0xc0000080,
        0xc0000081,
        0xc0000082,
        0xc0000083,
        0xc0000084,
        0xc0000100,
        0xc0000101,
        0xc0000102,
        0x200,
        0x201,
        0x250,
        0x2ff
    };

    private static final int[] NUMBERS = {0, 1, -1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000};
    private static final long CANONICAL_EDGE = 0x0000_7fff_ffff_f000L;

    private static final Set<X86Op> SELECTOR_OPERAND = EnumSet.of(
            X86Op.LLDT, X86Op.LTR, X86Op.VERR, X86Op.VERW, X86Op.LAR, X86Op.LSL, X86Op.ARPL, X86Op.MOV_SEG, X86Op.POP);
    private static final Set<X86Op> FAR_POINTER =
            EnumSet.of(X86Op.CALL_FAR, X86Op.JMP_FAR, X86Op.LDS, X86Op.LES, X86Op.LSS, X86Op.LFS, X86Op.LGS);

    private static final Set<X86Op> SYSTEM = EnumSet.of(
            X86Op.PUSH,
            X86Op.INS,
            X86Op.OUTS,
            X86Op.PUSHF,
            X86Op.POPF,
            X86Op.ENTER,
            X86Op.RET_FAR,
            X86Op.INT3,
            X86Op.INT,
            X86Op.INTO,
            X86Op.BOUND,
            X86Op.IRET,
            X86Op.IN,
            X86Op.OUT,
            X86Op.INT1,
            X86Op.CLI,
            X86Op.STI,
            X86Op.SLDT,
            X86Op.STR,
            X86Op.SGDT,
            X86Op.SIDT,
            X86Op.LGDT,
            X86Op.LIDT,
            X86Op.SMSW,
            X86Op.LMSW,
            X86Op.INVLPG,
            X86Op.CLAC,
            X86Op.STAC,
            X86Op.SWAPGS,
            X86Op.RDTSC,
            X86Op.RDTSCP,
            X86Op.RDPMC,
            X86Op.SYSCALL,
            X86Op.SYSRET,
            X86Op.SYSENTER,
            X86Op.SYSEXIT,
            X86Op.CLTS,
            X86Op.INVD,
            X86Op.WBINVD,
            X86Op.MOV_CR,
            X86Op.MOV_DR,
            X86Op.MOV_TR,
            X86Op.WRMSR,
            X86Op.RDMSR,
            X86Op.CPUID,
            X86Op.RSM,
            X86Op.FXSAVE,
            X86Op.FXRSTOR,
            X86Op.HLT);

    private final RandomGenerator random;

    SystemCaseSource(RandomGenerator random) {
        this.random = random;
    }

    /** A case for a line, whose code will be at an address; empty if no random bytes make an instruction of it. */
    Optional<SystemCase> one(DecoderRows.Line line, SystemRing ring, int code) {
        for (int attempt = 0; attempt < 60; attempt++) {
            byte[] bytes = DecoderRows.random(line, ring.mode, random);
            X86Instruction decoded = decode(bytes, ring);
            if (!decoded.isValid() || !DecoderRows.isOf(decoded, line) || UndefinedFlags.everything(decoded)) {
                continue;
            }
            SystemCase made = new SystemCase(line.toString());
            state(made, ring, code);
            aim(made, ring, bytes, code);
            X86Instruction aimed = decode(bytes, ring);
            byte[] text = Arrays.copyOf(bytes, aimed.length());
            made.code = text;
            if (!allowed(made, aimed, ring)) {
                continue;
            }
            made.changesTables = isSystem(aimed.op());
            made.code = withReading(text, aimed, ring);
            return Optional.of(made);
        }
        return Optional.empty();
    }

    private static X86Instruction decode(byte[] bytes, SystemRing ring) {
        return X86Decoder.decode(bytes, 0, bytes.length, ring.mode);
    }

    /** What has been written to a model-specific register is read again. */
    private static byte[] withReading(byte[] text, X86Instruction i, SystemRing ring) {
        if (i.op() != X86Op.WRMSR || ring.level() != 0) {
            return text;
        }
        byte[] longer = Arrays.copyOf(text, text.length + 2);
        longer[text.length] = 0x0f;
        longer[text.length + 1] = 0x32;
        return longer;
    }

    /** Whether an instruction is one of the system's: what user programs have is compared with a real CPU elsewhere, too. */
    static boolean isSystem(X86Op op) {
        return SYSTEM.contains(op) || FAR_POINTER.contains(op) || SELECTOR_OPERAND.contains(op);
    }

    /** x87, MMX and SSE. */
    static boolean isFloating(X86Op op) {
        return op.compareTo(X86Op.FADD) >= 0 || op == X86Op.LDMXCSR || op == X86Op.STMXCSR;
    }

    /** Whether a case leaves enough of the state alone for the program to go on. */
    private static boolean allowed(SystemCase made, X86Instruction i, SystemRing ring) {
        // QEMU lets LOCK stand before everything.
        return !(i.op() == X86Op.HLT && ring.level() == 0)
                && !undefined(i, ring, hasOperandPrefix(made.code, i))
                && !(loadsTable(i) && ring.level() == 0 && isAside(i.operand(0)))
                && i.op() != X86Op.XABORT
                && i.op() != X86Op.XBEGIN
                && (!i.lock() || i.lockAllowed())
                && made.code.length <= SystemProgram.CODE_SIZE - 4;
    }

    private static boolean loadsTable(X86Instruction i) {
        return i.op() == X86Op.LGDT || i.op() == X86Op.LIDT;
    }

    /** Whether {@link #aimMemory} may have missed. */
    private static boolean isAside(X86Operand operand) {
        return operand instanceof X86Operand.Mem memory
                && (memory.base() == X86Slots.RSP
                        || memory.index() >= 0 && (memory.base() < 0 || memory.base() == memory.index()));
    }

    /** Whether CPUs differ in it: BSWAP of 16 bits; near branches of 16 bits in 64-bit mode, which AMD's have and Intel's, and ours, have not. */
    private static boolean undefined(X86Instruction i, SystemRing ring, boolean hasOperandPrefix) {
        boolean branch = switch (i.op()) {
            case JCC, JMP, CALL, RET, LOOP, LOOPE, LOOPNE, JCXZ -> true;
            default -> false;
        };
        return i.op() == X86Op.BSWAP && i.operandBits() == 16
                || branch && ring.mode == X86Mode.BITS64 && hasOperandPrefix;
    }

    private static boolean hasOperandPrefix(byte[] text, X86Instruction i) {
        for (int at = 0; at < i.opcodeOffset(); at++) {
            if (text[at] == 0x66) {
                return true;
            }
        }
        return false;
    }

    // ---- state ----

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private int any(int... values) {
        return values[random.nextInt(values.length)];
    }

    private long number() {
        return switch (random.nextInt(6)) {
            case 0 -> any(NUMBERS);
            case 1 -> random.nextInt(64);
            case 2 -> place();
            case 3 -> random.nextInt();
            default -> random.nextLong();
        };
    }

    private int selector() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(4);
            case 1, 2 -> any(SELECTORS);
            case 3 -> any(SELECTORS) & ~3 | random.nextInt(4);
            case 4 -> random.nextInt(4) << 3 | 4 | random.nextInt(4);
            case 5 -> random.nextInt(0x10000);
            default -> random.nextInt(0x28) << 3 | (random.nextBoolean() ? 3 : random.nextInt(4));
        };
    }

    /** The linear address of some memory. */
    private long place() {
        return switch (random.nextInt(24)) {
            case 0 -> SystemProgram.SUPERVISOR_DATA + random.nextInt(0x100);
            case 1 -> SystemProgram.READ_ONLY_PAGE + random.nextInt(0x100);
            case 2 -> SystemProgram.ABSENT_PAGE + random.nextInt(0x100);
            case 3 -> SystemProgram.SUPERVISOR_DATA - random.nextInt(16);
            case 4 -> SystemProgram.ABSENT_PAGE - random.nextInt(16);
            case 5 -> SystemProgram.LANDING - random.nextInt(16);
            case 6 -> random.nextLong();
            default -> SystemProgram.OPERAND + 16L * random.nextInt(7) + (oneIn(4) ? random.nextInt(16) : 0);
        };
    }

    private void state(SystemCase into, SystemRing ring, int code) {
        boolean virtual = ring == SystemRing.VIRTUAL_8086;
        for (int i = 0; i < 16; i++) {
            into.gpr[i] = ring.mode == X86Mode.BITS64 ? number() : i < 8 ? number() & 0xffffffffL : 0;
        }
        into.rip = ring.mode == X86Mode.BITS16 ? 0 : code;
        into.cs = virtual ? code >> 4 : ring.cs;
        into.flags = 2
                | random.nextInt() & Flags.ALL
                | (oneIn(4) ? Flag.DF : 0)
                | (long) any(0, 0, 1, 2, 3, 3) << 12
                | (oneIn(24) ? Flag.TF : 0)
                | (oneIn(12) ? Flag.NT : 0)
                | (oneIn(12) ? Flag.AC : 0)
                | (oneIn(6) ? Flag.ID : 0)
                | (oneIn(12) ? Flag.RF : 0)
                | (oneIn(4) ? Flag.IF : 0)
                | (virtual ? Flag.VM : 0);
        into.cr4 = SystemProgram.cr4(ring.wide);
        if (oneIn(4)) {
            into.cr0 ^= any(
                    (int) Cr.CR0_TS, (int) Cr.CR0_EM, (int) Cr.CR0_AM, (int) Cr.CR0_NE, (int) Cr.CR0_WP, 0x0c, 0x0a);
        }
        if (oneIn(5)) {
            into.cr4 ^= any(
                    (int) Cr.CR4_TSD, (int) Cr.CR4_DE, (int) Cr.CR4_PCE, (int) Cr.CR4_OSFXSR, (int) Cr.CR4_PSE, (int)
                            Cr.CR4_PGE);
        }
        int data = ring.level() == 0
                ? SystemProgram.KERNEL_DS
                : ring == SystemRing.RING_1 ? ring.ss : SystemProgram.USER_DS;
        boolean narrow = ring.mode == X86Mode.BITS16 && !virtual;
        into.ss = virtual ? SystemProgram.DATA >> 4 : narrow && ring.level() == 3 ? SystemProgram.DATA_16 | 3 : ring.ss;
        into.ds =
                virtual ? SystemProgram.DATA >> 4 : narrow ? SystemProgram.DATA_16 | ring.level() : dataSelector(data);
        into.es =
                virtual ? SystemProgram.DATA >> 4 : narrow ? SystemProgram.DATA_16 | ring.level() : dataSelector(data);
        into.fs = virtual ? random.nextInt(0x1000) : dataSelector(data);
        into.gs = virtual ? random.nextInt(0x1000) : dataSelector(data);
        long stack = 0x1800 + 8L * random.nextInt(8) + (oneIn(16) ? random.nextInt(8) : 0);
        into.gpr[X86Slots.RSP] = stackBase(into, ring) + stack;
        random.nextBytes(into.operand);
    }

    private static long stackBase(SystemCase of, SystemRing ring) {
        boolean based = ring == SystemRing.VIRTUAL_8086 || of.ss == (SystemProgram.DATA_16 | 3);
        return based ? 0 : SystemProgram.DATA;
    }

    private int dataSelector(int usual) {
        return switch (random.nextInt(40)) {
            // Not those with limits or rights: QEMU does not look at them when it reads and writes.
            case 0 -> SystemProgram.DATA_16 | 3;
            default -> usual;
        };
    }

    // ---- operands ----

    private long mask(SystemRing ring) {
        return ring.mode == X86Mode.BITS64 ? -1 : 0xffffffffL;
    }

    private long segmentBase(SystemCase of, SystemRing ring, int segment) {
        int selector = switch (segment) {
            case Segment.ES -> of.es;
            case Segment.CS -> of.cs;
            case Segment.SS -> of.ss;
            case Segment.DS -> of.ds;
            case Segment.FS -> of.fs;
            default -> of.gs;
        };
        if (ring == SystemRing.VIRTUAL_8086) {
            return (long) selector << 4;
        }
        if (ring.mode == X86Mode.BITS64) {
            return segment == Segment.FS ? SystemProgram.DATA : segment == Segment.GS ? SystemProgram.DATA + 0x10 : 0;
        }
        return switch (selector & ~3) {
            case SystemProgram.DATA_16 -> SystemProgram.DATA;
            case SystemProgram.SMALL_DATA -> SystemProgram.OPERAND;
            default -> segment == Segment.CS ? ring.codeBase((int) of.rip) : 0;
        };
    }

    private void aim(SystemCase into, SystemRing ring, byte[] bytes, int code) {
        X86Instruction i = decode(bytes, ring);
        X86Op op = i.op();
        boolean special = FAR_POINTER.contains(op)
                || SELECTOR_OPERAND.contains(op)
                || loadsTable(i)
                || op == X86Op.BOUND
                || op == X86Op.JMP
                || op == X86Op.CALL
                || op == X86Op.LMSW;
        for (int k = 0; k < i.operandCount(); k++) {
            X86Operand operand = i.operand(k);
            if (operand instanceof X86Operand.Mem memory) {
                long target = special
                        ? SystemProgram.OPERAND + (oneIn(12) && FAR_POINTER.contains(op) ? random.nextInt(8) : 0)
                        : place();
                if (op == X86Op.FXSAVE || op == X86Op.FXRSTOR) {
                    target = SystemProgram.DATA + 0x200 + 16L * random.nextInt(0x100) + (oneIn(8) ? 8 : 0);
                }
                if (op == X86Op.SGDT || op == X86Op.SIDT) {
                    // Never across pages: QEMU has stored the limit before the base faults.
                    target &= -16;
                }
                if (op != X86Op.INVLPG) {
                    aimMemory(into, ring, bytes, code, i, k, memory, target);
                }
            }
        }
        i = decode(bytes, ring);
        new SystemOperands(random, into, ring, bytes, code, i, this::selector).choose(MSRS, CANONICAL_EDGE);
    }

    private void aimMemory(
            SystemCase into,
            SystemRing ring,
            byte[] bytes,
            int code,
            X86Instruction i,
            int operand,
            X86Operand.Mem memory,
            long target) {
        long base = segmentBase(into, ring, memory.segment());
        // QEMU has no limits.
        long offset = base == 0 || ring.mode == X86Mode.BITS64 ? target - base : target - base & 0xffff;
        int at = i.displacementOffset();
        boolean direct = memory.isRipRelative() || memory.base() < 0 && memory.index() < 0;
        if (direct) {
            if (at > 0) {
                put(bytes, at, i.displacementSize(), memory.isRipRelative() ? offset - (code + i.length()) : offset);
            }
            return;
        }
        if (at > 0 && i.displacementSize() > 1) {
            put(bytes, at, i.displacementSize(), random.nextInt(256) - 128);
        }
        X86Operand.Mem now = (X86Operand.Mem) decode(bytes, ring).operand(operand);
        int register = now.base() >= 0 ? now.base() : now.index();
        if (register == X86Slots.RSP) {
            // The stack stays where it is.
            return;
        }
        int scale = now.base() >= 0 ? 1 : now.scale();
        long other = 0;
        if (now.base() >= 0 && now.index() >= 0 && now.index() != now.base()) {
            into.gpr[now.index()] = random.nextInt(100);
            other = into.gpr[now.index()] * now.scale();
        }
        if (now.base() == now.index()) {
            scale = now.scale() + 1;
        }
        long value = (offset - now.displacement() - other) / scale;
        into.gpr[register] = (i.addressBits() == 16 ? value & 0xffff : value) & mask(ring);
    }

    static void put(byte[] bytes, int at, int size, long value) {
        for (int i = 0; i < size; i++) {
            bytes[at + i] = (byte) (value >> 8 * i);
        }
    }

    static ByteBuffer words(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static List<SystemRing> rings(boolean wide) {
        return Arrays.stream(SystemRing.values())
                .filter(ring -> ring.wide == wide)
                .toList();
    }
}
