package org.jkprobes.machine.cpu.mips;

import static org.jkprobes.machine.cpu.mips.MipsSlots.HI;
import static org.jkprobes.machine.cpu.mips.MipsSlots.LL_ADDRESS;
import static org.jkprobes.machine.cpu.mips.MipsSlots.LL_VALUE;
import static org.jkprobes.machine.cpu.mips.MipsSlots.LO;
import static org.jkprobes.machine.cpu.mips.MipsSlots.NOWHERE;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T0;
import static org.jkprobes.machine.cpu.mips.MipsSlots.T1;
import static org.jkprobes.machine.cpu.mips.MipsSlots.ZERO;

import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/** The instructions that compute, load and store: those that a delay slot usually holds. (MIPS32 vol. II.) */
final class StraightLifter {
    private StraightLifter() {}

    /** A builder for asking whether an instruction is straight, without emitting it. */
    private static final ThreadLocal<BlockBuilder> SCRATCH = ThreadLocal.withInitial(BlockBuilder::new);

    /** Whether {@link #lift} knows the instruction. */
    static boolean isStraight(int word) {
        BlockBuilder scratch = SCRATCH.get();
        scratch.begin(0, 0);
        scratch.instruction(4);
        return lift(scratch, word);
    }

    /** The general register that a straight instruction writes, or 0. */
    static int destination(int word) {
        int opcode = MipsWord.opcode(word);
        if (opcode == 0 || opcode == 28) {
            return MipsWord.rd(word);
        }
        if (opcode == 31) {
            return MipsWord.function(word) == 0x20 ? MipsWord.rd(word) : MipsWord.rt(word);
        }
        boolean store = opcode >= 40 && opcode != 56 && opcode != 48;
        return store ? 0 : MipsWord.rt(word);
    }

    /** Emits an instruction; false, and nothing emitted, if it is not one of these. */
    static boolean lift(BlockBuilder out, int word) {
        int rs = MipsWord.rs(word);
        int rt = target(MipsWord.rt(word));
        int imm = MipsWord.immediate(word);
        switch (MipsWord.opcode(word)) {
            case 0:
                return special(out, word);
            case 8: // addi
                out.immediate(Op.CONST, T1, ZERO, imm);
                out.slots(Op.ADD_OVERFLOWS, T0, rs, T1);
                out.immediate(Op.RAISE_IF, ZERO, T0, MipsException.OVERFLOW);
                out.immediate(Op.ADDI, rt, rs, imm);
                return true;
            case 9: // addiu
                out.immediate(rs == ZERO ? Op.CONST : Op.ADDI, rt, rs, imm);
                return true;
            case 10:
                out.immediate(Op.SETLTI, rt, rs, imm);
                return true;
            case 11:
                out.immediate(Op.SETLTUI, rt, rs, imm);
                return true;
            case 12:
                out.immediate(Op.ANDI, rt, rs, imm & 0xffff);
                return true;
            case 13:
                out.immediate(rs == ZERO ? Op.CONST : Op.ORI, rt, rs, imm & 0xffff);
                return true;
            case 14:
                out.immediate(Op.XORI, rt, rs, imm & 0xffff);
                return true;
            case 15: // lui
                if (rs != 0) {
                    return false;
                }
                out.immediate(Op.CONST, rt, ZERO, imm << 16);
                return true;
            case 28:
                return special2(out, word);
            case 31:
                return special3(out, word);
            default:
                return memory(out, word, rs, rt, imm);
        }
    }

    private static boolean memory(BlockBuilder out, int word, int rs, int rt, int imm) {
        int stored = MipsWord.rt(word);
        switch (MipsWord.opcode(word)) {
            case 32 -> out.immediate(Op.LD8S, rt, rs, imm);
            case 33 -> out.immediate(Op.LD16S, rt, rs, imm);
            case 34 -> unalignedLoad(out, Op.MERGE_LEFT, rt, rs, imm);
            case 35 -> out.immediate(Op.LD32, rt, rs, imm);
            case 36 -> out.immediate(Op.LD8U, rt, rs, imm);
            case 37 -> out.immediate(Op.LD16U, rt, rs, imm);
            case 38 -> unalignedLoad(out, Op.MERGE_RIGHT, rt, rs, imm);
            case 40 -> out.immediate(Op.ST8, stored, rs, imm);
            case 41 -> out.immediate(Op.ST16, stored, rs, imm);
            case 42 -> unalignedStore(out, Op.ST_LEFT, stored, rs, imm);
            case 43 -> out.immediate(Op.ST32, stored, rs, imm);
            case 46 -> unalignedStore(out, Op.ST_RIGHT, stored, rs, imm);
            case 48 -> { // ll
                out.immediate(Op.ADDI, T0, rs, imm);
                out.immediate(Op.LD32, T1, T0, 0);
                out.slots(Op.MOV, LL_ADDRESS, T0, ZERO);
                out.slots(Op.MOV, LL_VALUE, T1, ZERO);
                out.slots(Op.MOV, rt, T1, ZERO);
            }
            case 51 -> {} // pref
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void unalignedLoad(BlockBuilder out, int merge, int rt, int rs, int imm) {
        out.immediate(Op.ADDI, T0, rs, imm);
        out.immediate(Op.LD8U, T1, T0, 0); // a fault reports the address as given
        out.immediate(Op.ANDI, T1, T0, ~3);
        out.immediate(Op.LD32, T1, T1, 0);
        out.slots(merge, rt, T1, T0);
    }

    private static void unalignedStore(BlockBuilder out, int op, int rt, int rs, int imm) {
        out.immediate(Op.ADDI, T0, rs, imm);
        out.immediate(op, rt, T0, 0);
    }

    private static boolean special(BlockBuilder out, int word) {
        int rs = MipsWord.rs(word);
        int rt = MipsWord.rt(word);
        int rd = target(MipsWord.rd(word));
        int sa = MipsWord.sa(word);
        int function = MipsWord.function(word);
        if (function < 4) {
            return shift(out, function, rs, rt, rd, sa);
        }
        if (function >= 0x20 && function <= 0x2b || function == 4 || function == 7) {
            if (sa != 0) {
                return false;
            }
        }
        switch (function) {
            case 0x04 -> out.slots(Op.SHL, rd, rt, rs);
            case 0x06 -> {
                if (sa > 1) {
                    return false;
                }
                out.slots(sa == 1 ? Op.ROR : Op.SHR, rd, rt, rs);
            }
            case 0x07 -> out.slots(Op.SAR, rd, rt, rs);
            case 0x0a -> out.slots(Op.MOVZ, rd, rs, rt);
            case 0x0b -> out.slots(Op.MOVN, rd, rs, rt);
            case 0x0f -> {} // sync
            case 0x10 -> out.slots(Op.MOV, rd, HI, ZERO);
            case 0x11 -> out.slots(Op.MOV, HI, rs, ZERO);
            case 0x12 -> out.slots(Op.MOV, rd, LO, ZERO);
            case 0x13 -> out.slots(Op.MOV, LO, rs, ZERO);
            case 0x18 -> product(out, Op.MULS64, rs, rt);
            case 0x19 -> product(out, Op.MULU64, rs, rt);
            case 0x1a -> quotient(out, Op.DIVS, Op.REMS, rs, rt);
            case 0x1b -> quotient(out, Op.DIVU, Op.REMU, rs, rt);
            case 0x20 -> checked(out, Op.ADD_OVERFLOWS, Op.ADD, rd, rs, rt);
            case 0x21 -> {
                if (rt == ZERO) {
                    out.slots(Op.MOV, rd, rs, ZERO);
                } else {
                    out.slots(Op.ADD, rd, rs, rt);
                }
            }
            case 0x22 -> checked(out, Op.SUB_OVERFLOWS, Op.SUB, rd, rs, rt);
            case 0x23 -> out.slots(Op.SUB, rd, rs, rt);
            case 0x24 -> out.slots(Op.AND, rd, rs, rt);
            case 0x25 -> {
                if (rt == ZERO) {
                    out.slots(Op.MOV, rd, rs, ZERO);
                } else {
                    out.slots(Op.OR, rd, rs, rt);
                }
            }
            case 0x26 -> out.slots(Op.XOR, rd, rs, rt);
            case 0x27 -> out.slots(Op.NOR, rd, rs, rt);
            case 0x2a -> out.slots(Op.SETLT, rd, rs, rt);
            case 0x2b -> out.slots(Op.SETLTU, rd, rs, rt);
            default -> {
                return trap(out, function, rs, rt);
            }
        }
        return true;
    }

    private static boolean shift(BlockBuilder out, int function, int rs, int rt, int rd, int sa) {
        if (function == 1 || rs > 1 || rs == 1 && function != 2) {
            return false;
        }
        if (function == 0 && rd == NOWHERE) {
            return true; // nop, ssnop, ehb, pause
        }
        int op = function == 0 ? Op.SHLI : function == 3 ? Op.SARI : rs == 1 ? Op.RORI : Op.SHRI;
        out.immediate(op, rd, rt, sa);
        return true;
    }

    private static boolean trap(BlockBuilder out, int function, int rs, int rt) {
        int set = switch (function) {
            case 0x30, 0x32 -> Op.SETLT;
            case 0x31, 0x33 -> Op.SETLTU;
            case 0x34 -> Op.SETEQ;
            case 0x36 -> Op.SETNE;
            default -> -1;
        };
        // Traps of a register with itself are SystemLifter's.
        boolean always = rs == rt && (function < 0x32 || function == 0x34);
        if (set < 0 || always) {
            return false;
        }
        out.slots(set, T0, rs, rt);
        if (function == 0x30 || function == 0x31) {
            out.immediate(Op.XORI, T0, T0, 1);
        }
        out.immediate(Op.RAISE_IF, ZERO, T0, MipsException.TRAP);
        return true;
    }

    private static boolean special2(BlockBuilder out, int word) {
        int rs = MipsWord.rs(word);
        int rt = MipsWord.rt(word);
        int rd = target(MipsWord.rd(word));
        switch (MipsWord.function(word)) {
            case 0x00 -> accumulate(out, Op.MULS64, Op.ADD64, rs, rt);
            case 0x01 -> accumulate(out, Op.MULU64, Op.ADD64, rs, rt);
            case 0x02 -> out.slots(Op.MUL, rd, rs, rt);
            case 0x04 -> accumulate(out, Op.MULS64, Op.SUB64, rs, rt);
            case 0x05 -> accumulate(out, Op.MULU64, Op.SUB64, rs, rt);
            case 0x20 -> out.immediate(Op.CLZ, rd, rs, 0);
            case 0x21 -> out.immediate(Op.CLO, rd, rs, 0);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean special3(BlockBuilder out, int word) {
        int rs = MipsWord.rs(word);
        int rt = target(MipsWord.rt(word));
        int rd = MipsWord.rd(word);
        int sa = MipsWord.sa(word);
        switch (MipsWord.function(word)) {
            case 0x00 -> { // ext: rd is the width less one
                if (sa + rd > 31) {
                    return false;
                }
                out.immediate(Op.EXT, rt, rs, rd + 1 << 8 | sa);
            }
            case 0x04 -> { // ins: rd is the top bit
                if (rd < sa) {
                    return false;
                }
                out.immediate(Op.INS, rt, rs, rd - sa + 1 << 8 | sa);
            }
            case 0x20 -> {
                int op = switch (sa) {
                    case 0x02 -> Op.SWAP_HALF_BYTES;
                    case 0x10 -> Op.SEXT8;
                    case 0x18 -> Op.SEXT16;
                    default -> -1;
                };
                if (op < 0) {
                    return false;
                }
                out.immediate(op, target(rd), MipsWord.rt(word), 0);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void product(BlockBuilder out, int op, int rs, int rt) {
        out.slots(op, T0, rs, rt);
        split(out);
    }

    private static void accumulate(BlockBuilder out, int multiply, int combine, int rs, int rt) {
        out.slots(multiply, T0, rs, rt);
        out.slots(Op.JOIN, T1, HI, LO);
        out.slots(combine, T0, T1, T0);
        split(out);
    }

    private static void split(BlockBuilder out) {
        out.slots(Op.MOV, LO, T0, ZERO);
        out.immediate(Op.SHRI64, HI, T0, 32);
    }

    private static void quotient(BlockBuilder out, int divide, int remainder, int rs, int rt) {
        out.slots(divide, LO, rs, rt);
        out.slots(remainder, HI, rs, rt);
    }

    private static void checked(BlockBuilder out, int overflows, int op, int rd, int rs, int rt) {
        out.slots(overflows, T0, rs, rt);
        out.immediate(Op.RAISE_IF, ZERO, T0, MipsException.OVERFLOW);
        out.slots(op, rd, rs, rt);
    }

    private static int target(int register) {
        return register == ZERO ? NOWHERE : register;
    }
}
