package org.jkprobes.machine.cpu.x86;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;

/** Chooses what a system instruction of a {@link SystemCase} works on, so that the program can go on after it. */
final class SystemOperands {
    private final RandomGenerator random;
    private final SystemCase into;
    private final SystemRing ring;
    private final byte[] bytes;
    private final int code;
    private final X86Instruction i;
    private final IntSupplier selectors;
    private final ByteBuffer operand;

    SystemOperands(
            RandomGenerator random,
            SystemCase into,
            SystemRing ring,
            byte[] bytes,
            int code,
            X86Instruction i,
            IntSupplier selectors) {
        this.random = random;
        this.into = into;
        this.ring = ring;
        this.bytes = bytes;
        this.code = code;
        this.i = i;
        this.selectors = selectors;
        operand = SystemCaseSource.words(into.operand);
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private long any(long... values) {
        return values[random.nextInt(values.length)];
    }

    private void gpr(int number, long value) {
        into.gpr[number] = ring.mode == X86Mode.BITS64 ? value : value & 0xffffffffL;
    }

    private static boolean isRegister(X86Operand operand, X86Operand.Kind kind) {
        return operand instanceof X86Operand.Reg register && register.kind() == kind;
    }

    private int register(int operand) {
        return ((X86Operand.Reg) i.operand(operand)).number();
    }

    void choose(int[] msrs, long edge) {
        switch (i.op()) {
            case LLDT, LTR, VERR, VERW -> wordOperand(0, selectors.getAsInt());
            case LAR, LSL -> wordOperand(1, selectors.getAsInt());
            case ARPL -> {
                wordOperand(0, selectors.getAsInt());
                gpr(register(1), selectors.getAsInt());
            }
            case MOV_SEG -> {
                if (isRegister(i.operand(0), X86Operand.Kind.SEG)) {
                    wordOperand(1, selectors.getAsInt());
                }
            }
            case POP -> {
                if (i.operandCount() == 1 && isRegister(i.operand(0), X86Operand.Kind.SEG)) {
                    stackHere();
                    operand.putLong(0, selectors.getAsInt());
                }
            }
            case LDS, LES, LSS, LFS, LGS -> farPointer(0, selectors.getAsInt(), random.nextInt());
            case CALL_FAR, JMP_FAR -> farTransfer();
            case RET_FAR, IRET -> frame();
            case LGDT -> pseudoDescriptor(any(0x13f, 0x12f, 0x1ff), 0x109000);
            case LIDT ->
                pseudoDescriptor(ring.wide ? any(0xfff, 0xdff, 0x8ff) : any(0x7ff, 0x6ff, 0x4ff), SystemProgram.IDT);
            case BOUND -> operand.putInt(0, (int) any(-5, 0, 3)).putInt(4, (int) any(2, 100, 0x7fffffff));
            case LMSW -> wordOperand(0, random.nextInt(16) | (oneIn(2) ? 1 : 0));
            case MOV_CR -> controlRegister();
            case MOV_DR -> debugRegister();
            case MOV_TR -> gpr(register(isRegister(i.operand(0), X86Operand.Kind.GPR) ? 0 : 1), random.nextInt());
            case INVLPG -> {}
            case RDMSR -> gpr(X86Slots.RCX, msrs[random.nextInt(msrs.length)]);
            case WRMSR -> modelSpecific(msrs[random.nextInt(msrs.length)], edge);
            case IN, OUT -> port();
            case INS, OUTS -> {
                port();
                strings();
            }
            case INT ->
                bytes[i.immediateOffset()] = (byte) any(0x80, 0x80, 3, 4, 6, 1, 0x40, 0x80 + random.nextInt(16));
            case SYSRET -> {
                gpr(X86Slots.RCX, any(SystemProgram.LANDING + 3, code + 60, random.nextLong(), edge + 0x1000));
                // QEMU loads neither VIF nor VIP.
                gpr(11, random.nextInt() & 0x247fd7 & ~(oneIn(16) ? 0 : Flag.TF));
            }
            case SYSEXIT -> {
                gpr(X86Slots.RDX, any(SystemProgram.LANDING + 3, code + 60, edge + 0x1000));
                gpr(X86Slots.RCX, any(SystemProgram.DATA + 0x800, edge + 0x1000));
            }
            case CPUID -> {
                gpr(X86Slots.RAX, any(0, 1, 0x80000001L, 0x80000008L));
                gpr(X86Slots.RCX, 0);
            }
            case ENTER -> enter();
            case LOOP, LOOPE, LOOPNE, JCXZ, JCC, CALL, JMP, XBEGIN -> branch();
            case RET -> {
                stackHere();
                boolean narrow = ring.mode == X86Mode.BITS16;
                operand.putLong(0, any(60 + codeOffset(), narrow ? random.nextInt(0x10000) : random.nextLong()));
                if (i.operandCount() == 1) {
                    // QEMU takes it as a signed number.
                    SystemCaseSource.put(bytes, i.immediateOffset(), 2, random.nextInt(64));
                }
            }
            case LEAVE -> gpr(X86Slots.RBP, into.gpr[X86Slots.RSP]);
            default -> {
                if (i.isRepeated() || isString()) {
                    strings();
                }
            }
        }
    }

    private boolean isString() {
        return switch (i.op()) {
            case MOVS, CMPS, STOS, LODS, SCAS -> true;
            default -> false;
        };
    }

    private void strings() {
        if (i.isRepeated()) {
            long count = random.nextInt(8);
            gpr(X86Slots.RCX, i.addressBits() == 16 ? random.nextInt() & ~0xffffL | count : count);
        }
        boolean based = ring.mode == X86Mode.BITS16;
        long place = based ? SystemProgram.OPERAND - SystemProgram.DATA : SystemProgram.OPERAND;
        gpr(X86Slots.RSI, place + 32 + random.nextInt(16));
        gpr(X86Slots.RDI, oneIn(5) ? place + 0x1fc0 - random.nextInt(16) : place + 80 + random.nextInt(16));
    }

    /** Where in the code segment the case is. */
    private long codeOffset() {
        return ring.mode == X86Mode.BITS16 ? 0 : code;
    }

    private void wordOperand(int number, int value) {
        if (i.operand(number) instanceof X86Operand.Reg register) {
            gpr(register.number(), random.nextInt() & ~0xffff | value & 0xffff);
        } else {
            operand.putShort(0, (short) value);
        }
    }

    /** The stack begins where the operand is. */
    private void stackHere() {
        boolean based = ring == SystemRing.VIRTUAL_8086 || into.ss == (SystemProgram.DATA_16 | 3);
        if (ring.level() == 0 && !ring.wide) {
            // Starting the case writes below its stack: to what was just copied.
            gpr(X86Slots.RSP, SystemProgram.OPERAND);
            return;
        }
        gpr(X86Slots.RSP, based ? SystemProgram.OPERAND - SystemProgram.DATA : SystemProgram.OPERAND);
    }

    private void farPointer(int at, int selector, long offset) {
        switch (i.operandBits()) {
            case 16 -> operand.putShort(at, (short) offset).putShort(at + 2, (short) selector);
            case 64 -> operand.putLong(at, offset).putShort(at + 8, (short) selector);
            default -> operand.putInt(at, (int) offset).putShort(at + 4, (short) selector);
        }
    }

    private long target(int selector) {
        boolean narrow = (selector & ~7) == SystemProgram.KERNEL_CS_16 || (selector & ~7) == 0x40;
        if (ring == SystemRing.VIRTUAL_8086) {
            // QEMU does not look at the limit.
            return oneIn(2) ? 60 : random.nextInt(0x10000);
        }
        if (!ring.wide && i.operandBits() == 16 && !narrow) {
            return (long) SystemProgram.LANDING + random.nextInt(64);
        }
        if (oneIn(16)) {
            return random.nextLong();
        }
        return narrow ? 60 : oneIn(2) ? SystemProgram.LANDING + random.nextInt(64) : code + 60;
    }

    private int codeSelector() {
        if (ring == SystemRing.VIRTUAL_8086) {
            return oneIn(4) ? random.nextInt(0x10000) : into.cs;
        }
        return oneIn(2)
                ? selectors.getAsInt()
                : (int) any(
                        SystemProgram.KERNEL_CS,
                        SystemProgram.KERNEL_CS_32,
                        SystemProgram.USER_CS,
                        SystemProgram.USER_CS_32,
                        SystemProgram.USER_CS_16,
                        SystemProgram.KERNEL_CS_16,
                        SystemProgram.CONFORMING | ring.level(),
                        SystemProgram.GATE | ring.level(),
                        SystemProgram.RING_1_CS);
    }

    private void farTransfer() {
        int selector = codeSelector();
        long target = target(selector);
        if (i.operand(0) instanceof X86Operand.Far far) {
            int size = far.bits() / 8;
            SystemCaseSource.put(bytes, i.immediateOffset(), size, target);
            SystemCaseSource.put(bytes, i.immediateOffset() + size, 2, selector);
        } else {
            farPointer(0, selector, target);
        }
    }

    /** A frame of RETF or IRET. */
    private void frame() {
        stackHere();
        int size = i.operandBits() / 8;
        int selector = codeSelector();
        boolean virtual = i.op() == X86Op.IRET && oneIn(6) && size == 4;
        long stack = oneIn(8)
                ? selectors.getAsInt()
                : any(SystemProgram.KERNEL_DS, SystemProgram.USER_DS, SystemProgram.RING_1_DS);
        long flags = 2
                | random.nextInt() & 0x44fd5 & (oneIn(8) ? -1 : ~0x4000)
                | (virtual ? Flag.VM : 0)
                | (oneIn(16) ? Flag.TF : 0);
        long[] words = i.op() == X86Op.IRET
                ? new long[] {target(selector), selector, flags, SystemProgram.DATA + 0x700, stack}
                : new long[] {target(selector), selector, SystemProgram.DATA + 0x700, stack};
        int skipped = i.op() == X86Op.RET_FAR && i.operandCount() == 1 ? random.nextInt(4) * size : -1;
        if (skipped >= 0) {
            SystemCaseSource.put(bytes, i.immediateOffset(), 2, skipped);
        }
        int at = 0;
        for (int k = 0; k < words.length && at + size <= SystemCase.OPERAND_SIZE; k++) {
            put(at, size, words[k]);
            at += size + (k == 1 && skipped > 0 ? skipped : 0);
        }
    }

    private void put(int at, int size, long value) {
        switch (size) {
            case 2 -> operand.putShort(at, (short) value);
            case 4 -> operand.putInt(at, (int) value);
            default -> operand.putLong(at, value);
        }
    }

    private void pseudoDescriptor(long limit, long base) {
        operand.putShort(0, (short) limit);
        if (ring.mode == X86Mode.BITS64) {
            operand.putLong(2, base);
        } else {
            operand.putInt(2, (int) base);
        }
    }

    private void controlRegister() {
        if (isRegister(i.operand(0), X86Operand.Kind.GPR)) {
            return;
        }
        long value = switch (register(0)) {
            case 0 -> cr0();
            case 3 -> any(SystemProgram.ROOT, SystemProgram.OTHER_ROOT, SystemProgram.ROOT | 0x18);
            case 4 -> cr4();
            case 8 -> any(0, 5, 15, 16, -1);
            default -> random.nextLong();
        };
        gpr(register(1), value);
    }

    private long cr0() {
        long value =
                into.cr0 ^ random.nextInt() & (Cr.CR0_MP | Cr.CR0_EM | Cr.CR0_TS | Cr.CR0_NE | Cr.CR0_WP | Cr.CR0_AM);
        return switch (random.nextInt(10)) {
            case 0 -> value ^ Cr.CR0_PE;
            case 1 -> value ^ Cr.CR0_CD;
            case 2 -> value ^ Cr.CR0_NW;
            case 3 -> ring.wide && ring.mode != X86Mode.BITS64 ? value : value ^ Cr.CR0_PG;
            case 4 -> ring.mode == X86Mode.BITS64 ? value | 1L << 32 : value;
            case 5 -> value ^ 0x100;
            default -> value;
        };
    }

    /** Nothing that is reserved, nor long mode without PAE: both are #GP, but QEMU is lost ({@code SystemRegistersTest} has them). */
    private long cr4() {
        long changed =
                Cr.CR4_TSD | Cr.CR4_DE | Cr.CR4_PSE | Cr.CR4_PGE | Cr.CR4_PCE | Cr.CR4_OSFXSR | Cr.CR4_OSXMMEXCPT;
        changed |= Cr.CR4_SMEP | Cr.CR4_SMAP;
        return into.cr4 ^ random.nextLong() & changed;
    }

    private void debugRegister() {
        if (isRegister(i.operand(0), X86Operand.Kind.GPR)) {
            return;
        }
        long value = switch (register(0)) {
            // Without GD, which QEMU does not look at.
            case 7, 5 -> random.nextInt() & 0xffff03ffL | 0x400;
            case 6, 4 -> random.nextInt();
            default -> any(SystemProgram.OPERAND, code + 60, SystemProgram.LANDING, random.nextInt());
        };
        gpr(register(1), oneIn(16) ? random.nextLong() & ~0x2000 : value);
    }

    private void modelSpecific(int register, long edge) {
        gpr(X86Slots.RCX, register & 0xffffffffL);
        boolean efer = register == Msrs.EFER;
        long value = switch (register) {
            case Msrs.EFER -> (ring.wide ? 0x500 : 0) ^ any(0, 1, 0x800, 0x801, 0x400, 0x100, 0x200, 0x1000);
            case 0x277 -> any(0x0007040600070406L, 0x0007040600070402L, 0x0000000000000008L, random.nextLong());
            case Msrs.FMASK -> random.nextInt() & 0xffffffffL;
            case Msrs.SYSENTER_CS -> random.nextInt(0x10000);
            default -> any(random.nextInt(), SystemProgram.DATA, edge + 0x1000, -1L << 47, random.nextLong());
        };
        if (register >= 0x200 && register < 0x210) {
            // Reserved bits, which raise #GP (SDM vol. 3, 11.11.2.3), QEMU keeps.
            value = (register & 1) == 0 ? any(0x06, 0xc0000006L, 0xfffff006L) : any(0x800, 0xc0000800L, 0xfffff800L);
        } else if (register >= 0x210 && register < 0x300 && register != 0x277) {
            value = register == 0x2ff ? any(0xc00, 0x800, 0) : any(0x06, 0x0604L, 0x0606060606060606L);
        }
        gpr(X86Slots.RAX, value & 0xffffffffL | (efer || ring.mode != X86Mode.BITS64 ? 0 : random.nextLong() << 32));
        gpr(X86Slots.RDX, value >>> 32);
    }

    /** Of 8 bits, a port of a device of 8 bits; else one that nothing answers at: QEMU does not split wider accesses. */
    private void port() {
        boolean narrow = switch (i.opcode() & 0xff) {
            case 0xe4, 0xe6, 0xec, 0xee, 0x6c, 0x6e -> true;
            default -> false;
        };
        boolean immediate = i.immediateSize() > 0;
        if (immediate) {
            bytes[i.immediateOffset()] = (byte) (narrow ? any(0x80, 0x84, 0x85, 0x81) : any(0xe4, 0xe8));
        } else {
            gpr(
                    X86Slots.RDX,
                    random.nextInt() & ~0xffff | (narrow ? any(0x80, 0x84, 0x85, 0x81, 0x3ff) : any(0x9000, 0xe4)));
        }
    }

    private void enter() {
        SystemCaseSource.put(bytes, i.immediateOffset(), 2, random.nextInt(0x100));
        bytes[i.immediateOffset() + 2] = (byte) (oneIn(3) ? random.nextInt(256) : 0);
        gpr(X86Slots.RBP, into.gpr[X86Slots.RSP]);
    }

    private void branch() {
        if (i.operand(0) instanceof X86Operand.Rel) {
            SystemCaseSource.put(bytes, i.immediateOffset(), i.immediateSize(), 60 - i.length());
        }
        gpr(X86Slots.RCX, random.nextInt(3));
        if (i.operand(0) instanceof X86Operand.Mem) {
            operand.putLong(0, codeOffset() + 60);
        } else if (i.operand(0) instanceof X86Operand.Reg register && register.number() != X86Slots.RSP) {
            gpr(register.number(), codeOffset() + 60);
        }
    }
}
