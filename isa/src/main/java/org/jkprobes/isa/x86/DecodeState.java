package org.jkprobes.isa.x86;

import static org.jkprobes.isa.x86.X86Operand.Mem.NONE;

import java.util.List;

/** What is known of an instruction while its bytes are read. */
final class DecodeState {
    private static final X86Operand[] NO_OPERANDS = {};

    /** Of 16-bit addresses: base and index by ModRM.rm. */
    private static final int[] BASE16 = {3, 3, 5, 5, 6, 7, 5, 3};

    private static final int[] INDEX16 = {6, 7, 6, 7, NONE, NONE, NONE, NONE};

    final byte[] code;
    final int offset;
    final int limit;
    final X86Mode mode;
    final Prefixes prefixes = new Prefixes();
    int at;
    int rex;
    int mandatory;
    boolean vex;
    int vexMap;
    int vexLength;
    /** VEX.vvvv, a register number. */
    int vector;

    int map;
    int opcode;
    int modRm = -1;
    int sib = -1;
    Row row = Row.NO_ROW;
    X86Operand[] operands = NO_OPERANDS;
    int operandBits;
    int addressBits;
    int displacementAt;
    int displacementSize;
    int immediateAt;
    int immediateSize;
    private X86Operand memory = Row.NOTHING;
    private long displacement;

    DecodeState(byte[] code, int offset, int limit, X86Mode mode) {
        this.code = code;
        this.offset = offset;
        this.limit = limit;
        this.mode = mode;
    }

    /** The next byte, unsigned; 0 past the limit. */
    int next() {
        return at < limit ? code[at++] & 0xff : code0();
    }

    private int code0() {
        at++;
        return 0;
    }

    /** Whether bytes past the limit were asked for. */
    boolean past() {
        return at > limit;
    }

    /** What {@link Row#matches} looks at. */
    int key() {
        int key = mandatory << Row.PREFIX | vexLength << Row.LENGTH;
        if (modRm >= 0) {
            key |= (modRm >> 3 & 7) << Row.REG | (modRm & 7) << Row.RM | (modRm >= 0xc0 ? Row.REGISTER : 0);
        }
        key |= mode == X86Mode.BITS64 ? Row.MODE64 : 0;
        key |= (rex & 8) != 0 ? Row.W : 0;
        key |= (rex & 1) != 0 ? Row.B : 0;
        return key | (prefixes.operandSize ? Row.OPERAND16 : 0);
    }

    /** Reads the operands a line asks for. */
    void take(Row line) {
        row = line;
        addressBits = switch (mode) {
            case BITS64 -> prefixes.addressSize ? 32 : 64;
            case BITS32 -> prefixes.addressSize ? 16 : 32;
            case BITS16 -> prefixes.addressSize ? 32 : 16;
        };
        int size = effectiveSize(line.sizeRule());
        operandBits = line.isByte() ? 8 : size;
        if (modRm >= 0 && modRm < 0xc0 && !line.ignoresMod()) {
            readAddress();
        }
        List<OperandSpec> specs = line.operands();
        operands = specs.isEmpty() ? NO_OPERANDS : new X86Operand[specs.size()];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = operand(specs.get(i), size);
        }
    }

    private int effectiveSize(Row.SizeRule rule) {
        if (mode != X86Mode.BITS64) {
            return (mode == X86Mode.BITS32) == prefixes.operandSize ? 16 : 32;
        }
        return switch (rule) {
            case FORCED64 -> 64;
            case DEFAULT64 -> (rex & 8) != 0 || !prefixes.operandSize ? 64 : 16;
            case NORMAL -> (rex & 8) != 0 ? 64 : prefixes.operandSize ? 16 : 32;
        };
    }

    private int bits(char letter, int size) {
        return switch (letter) {
            case 'b' -> 8;
            case 'w' -> 16;
            case 'd' -> 32;
            case 'q' -> 64;
            case 't' -> 80;
            case 'o' -> 128;
            case 'h' -> 256;
            case 'v' -> size;
            case 'z' -> Math.min(size, 32);
            case 'y' -> size == 64 ? 64 : 32;
            case 'a' -> addressBits;
            case 'n' -> mode == X86Mode.BITS64 ? 64 : 32;
            case 'p' -> size + 16;
            case 's' -> mode == X86Mode.BITS64 ? 80 : 48;
            case 'x' -> 128 << vexLength;
            default -> 0;
        };
    }

    private X86Operand operand(OperandSpec spec, int size) {
        int bits = bits(spec.size(), size);
        int reg = modRm >> 3 & 7;
        int rm = modRm & 7;
        int rexR = (rex & 4) << 1;
        int rexB = (rex & 1) << 3;
        return switch (spec.kind()) {
            case 'E', 'M' -> modRm >= 0xc0 ? general(rm | rexB, bits) : sized(bits);
            case 'R' -> general(rm | rexB, bits);
            case 'G' -> general(reg | rexR, bits);
            case 'Z' -> general(opcode & 7 | rexB, bits);
            case 'B' -> general(vector, bits);
            case 'a' -> general(0, bits);
            case 'F' -> spec.fixed();
            case 'I' -> immediate(bits, spec.size() == 'z' ? size : bits);
            case 'S' -> immediate(8, size);
            case 'J' -> new X86Operand.Rel(value(mode == X86Mode.BITS64 ? Math.min(bits, 32) : bits), branchBits(size));
            case 'A' -> far(size);
            case 'O' -> new X86Operand.Mem(segment(3), NONE, NONE, 1, offsetAddress(), bits);
            case 'X' -> new X86Operand.Mem(segment(3), row.op() == X86Op.XLAT ? 3 : 6, NONE, 1, 0, bits);
            case 'Y' -> new X86Operand.Mem(0, 7, NONE, 1, 0, bits);
            case 's' -> register(X86Operand.Kind.SEG, reg, 16);
            case 'C' -> register(X86Operand.Kind.CR, reg | rexR | lockCr8(), bits);
            case 'D' -> register(X86Operand.Kind.DR, reg | rexR, bits);
            case 'T' -> register(X86Operand.Kind.TR, reg, bits);
            case 'P' -> register(X86Operand.Kind.MMX, reg, 64);
            case 'Q' -> modRm >= 0xc0 ? register(X86Operand.Kind.MMX, rm, 64) : sized(bits);
            case 'N' -> modRm >= 0xc0 ? register(X86Operand.Kind.BND, rm | rexB, 128) : sized(bits);
            case 'n' -> register(X86Operand.Kind.BND, reg | rexR, 128);
            case 'V' -> register(X86Operand.Kind.XMM, reg | rexR, vectorBits(spec));
            case 'W' -> modRm >= 0xc0 ? register(X86Operand.Kind.XMM, rm | rexB, vectorBits(spec)) : sized(bits);
            case 'H' -> register(X86Operand.Kind.XMM, vector, vectorBits(spec));
            case 'L' -> register(X86Operand.Kind.XMM, (int) value(8) >> 4 & 15, vectorBits(spec));
            case 'i' -> register(X86Operand.Kind.ST, rm, 80);
            case 'k' -> register(X86Operand.Kind.MASK, reg, 64);
            case 'K' -> modRm >= 0xc0 ? register(X86Operand.Kind.MASK, rm, 64) : sized(bits);
            case 'q' -> register(X86Operand.Kind.MASK, vector & 7, 64);
            default -> throw new IllegalStateException("operand kind " + spec.kind());
        };
    }

    /** AMD lets 32-bit code name CR8 by a LOCK prefix. */
    private int lockCr8() {
        return prefixes.lock ? 8 : 0;
    }

    private int vectorBits(OperandSpec spec) {
        return spec.size() == 'x' ? 128 << vexLength : spec.size() == 'h' ? 256 : 128;
    }

    private static X86Operand register(X86Operand.Kind kind, int number, int bits) {
        return new X86Operand.Reg(kind, number, bits, false);
    }

    private X86Operand general(int number, int bits) {
        boolean high = bits == 8 && rex == 0 && !vex && number >= 4;
        return new X86Operand.Reg(X86Operand.Kind.GPR, high ? number - 4 : number, bits, high);
    }

    private X86Operand sized(int bits) {
        if (memory instanceof X86Operand.Mem address) {
            return new X86Operand.Mem(
                    address.segment(), address.base(), address.index(), address.scale(), address.displacement(), bits);
        }
        return memory;
    }

    private int branchBits(int size) {
        return mode == X86Mode.BITS64 ? 64 : size;
    }

    private X86Operand immediate(int bits, int usedBits) {
        // Only "mov $imm64, %reg" has 64 bits of immediate; its operand is Iv, others are Iz.
        return new X86Operand.Imm(value(bits), usedBits);
    }

    private long value(int bits) {
        immediateAt = immediateAt == 0 ? at - offset : immediateAt;
        long value = little(bits >> 3);
        immediateSize = at - offset - immediateAt;
        return value;
    }

    private long offsetAddress() {
        displacementAt = at - offset;
        displacementSize = addressBits >> 3;
        long address = little(displacementSize);
        return addressBits == 64 ? address : address & (1L << addressBits) - 1;
    }

    private X86Operand far(int size) {
        long target = value(size) & (size == 16 ? 0xffffL : 0xffff_ffffL);
        return new X86Operand.Far((int) value(16) & 0xffff, target, size);
    }

    /** So many bytes, sign-extended. */
    private long little(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << (8 * i);
        }
        int unused = 64 - 8 * bytes;
        return value << unused >> unused;
    }

    private int segment(int usual) {
        // In 64-bit mode only fs and gs can be asked for.
        boolean ignored = prefixes.segment < 4 && mode == X86Mode.BITS64;
        return prefixes.segment == Prefixes.NO_SEGMENT || ignored ? usual : prefixes.segment;
    }

    private void readAddress() {
        if (addressBits == 16) {
            readAddress16();
        } else {
            readAddress32();
        }
    }

    private void readAddress16() {
        int mod = modRm >> 6;
        int rm = modRm & 7;
        int base = rm == 6 && mod == 0 ? NONE : BASE16[rm];
        readDisplacement(mod == 0 ? (base == NONE ? 2 : 0) : mod);
        memory = new X86Operand.Mem(segment(base == 5 ? 2 : 3), base, INDEX16[rm], 1, displacement, 0);
    }

    private void readAddress32() {
        int mod = modRm >> 6;
        int base = modRm & 7;
        int index = NONE;
        int scale = 1;
        if (base == 4) {
            sib = next();
            base = sib & 7;
            index = sib >> 3 & 7 | (rex & 2) << 2;
            index = index == 4 ? NONE : index;
            scale = 1 << (sib >> 6);
        }
        boolean bare = mod == 0 && base == 5;
        base |= (rex & 1) << 3;
        if (bare) {
            base = mode == X86Mode.BITS64 && sib < 0 ? X86Operand.Mem.RIP : NONE;
        }
        readDisplacement(bare || mod == 2 ? 4 : mod);
        memory = new X86Operand.Mem(segment(base == 4 || base == 5 ? 2 : 3), base, index, scale, displacement, 0);
    }

    private void readDisplacement(int size) {
        displacementAt = size == 0 ? 0 : at - offset;
        displacementSize = size;
        displacement = little(size);
    }
}
