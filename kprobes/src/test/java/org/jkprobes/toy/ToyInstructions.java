package org.jkprobes.toy;

import org.jkprobes.isa.mips.Fields;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.target.DieEvent;

/** What the toy's instructions do: enough of MIPS32 for every kind of probe. */
final class ToyInstructions {
    private final ToyCpu cpu;

    ToyInstructions(ToyCpu cpu) {
        this.cpu = cpu;
    }

    /** Whether the instruction has done what it is for; false if it has faulted. */
    boolean execute(int word, MipsInstruction instruction) {
        int rs = cpu.rs(word);
        int rt = cpu.rt(word);
        int simm = Fields.simm(word);
        int uimm = Fields.uimm(word);
        return switch (instruction.op()) {
            case SLL -> rd(word, rt << Fields.sa(word));
            case SRL -> rd(word, rt >>> Fields.sa(word));
            case SRA -> rd(word, rt >> Fields.sa(word));
            case SLLV -> rd(word, rt << rs);
            case SRLV -> rd(word, rt >>> rs);
            case ADDU -> rd(word, rs + rt);
            case SUBU -> rd(word, rs - rt);
            case AND -> rd(word, rs & rt);
            case OR -> rd(word, rs | rt);
            case XOR -> rd(word, rs ^ rt);
            case NOR -> rd(word, ~(rs | rt));
            case SLT -> rd(word, rs < rt ? 1 : 0);
            case SLTU -> rd(word, Integer.compareUnsigned(rs, rt) < 0 ? 1 : 0);
            case MOVZ -> rd(word, rt == 0 ? rs : cpu.r[Fields.rd(word)]);
            case MOVN -> rd(word, rt != 0 ? rs : cpu.r[Fields.rd(word)]);
            case ADD -> Math.addExact((long) rs, rt) != rs + rt ? cpu.exception(12, DieEvent.GPF) : rd(word, rs + rt);
            case MULT -> {
                long product = (long) rs * rt;
                cpu.hi = (int) (product >> 32);
                cpu.lo = (int) product;
                yield done();
            }
            case MFHI -> rd(word, cpu.hi);
            case MFLO -> rd(word, cpu.lo);
            case ADDIU -> rt(word, rs + simm);
            case ANDI -> rt(word, rs & uimm);
            case ORI -> rt(word, rs | uimm);
            case XORI -> rt(word, rs ^ uimm);
            case SLTI -> rt(word, rs < simm ? 1 : 0);
            case SLTIU -> rt(word, Integer.compareUnsigned(rs, simm) < 0 ? 1 : 0);
            case LUI -> rt(word, uimm << 16);
            case LW, LL -> load(word, rs + simm, 4, false);
            case LH -> load(word, rs + simm, 2, true);
            case LHU -> load(word, rs + simm, 2, false);
            case LB -> load(word, rs + simm, 1, true);
            case LBU -> load(word, rs + simm, 1, false);
            case SW -> store(word, rs + simm, 4);
            case SH -> store(word, rs + simm, 2);
            case SB -> store(word, rs + simm, 1);
            case SC -> storeConditional(word, rs + simm);
            case BEQ -> branch(word, rs == rt, false, 0);
            case BNE -> branch(word, rs != rt, false, 0);
            case BLEZ -> branch(word, rs <= 0, false, 0);
            case BGTZ -> branch(word, rs > 0, false, 0);
            case BLTZ -> branch(word, rs < 0, false, 0);
            case BGEZ -> branch(word, rs >= 0, false, 0);
            case BEQL -> branch(word, rs == rt, true, 0);
            case BNEL -> branch(word, rs != rt, true, 0);
            case BLEZL -> branch(word, rs <= 0, true, 0);
            case BGTZL -> branch(word, rs > 0, true, 0);
            case BLTZL -> branch(word, rs < 0, true, 0);
            case BGEZL -> branch(word, rs >= 0, true, 0);
            case BLTZAL -> branch(word, rs < 0, false, 31);
            case BGEZAL -> branch(word, rs >= 0, false, 31);
            case BLTZALL -> branch(word, rs < 0, true, 31);
            case BGEZALL -> branch(word, rs >= 0, true, 31);
            case J -> jump(jumpTarget(word), 0);
            case JAL -> jump(jumpTarget(word), 31);
            case JR -> jump(rs & 0xffffffffL, 0);
            case JALR -> jump(rs & 0xffffffffL, Fields.rd(word));
            case TEQ -> rs == rt ? trap(13) : done();
            case TNE -> rs != rt ? trap(13) : done();
            case SYSCALL -> trap(8);
            case BREAK -> cpu.ownBreak(word >>> 6 & 0xfffff);
            case MFC0 -> rt(word, readCop0(Fields.rd(word)));
            case MTC0 -> writeCop0(Fields.rd(word), rt);
            case DI -> setStatus(word, cpu.status & ~ToyCpu.IE);
            case EI -> setStatus(word, cpu.status | ToyCpu.IE);
            case TLBWR -> {
                cpu.tlb[ToyRam.page(cpu.badvaddr & 0xffffffffL)] = true;
                yield done();
            }
            case ERET -> {
                cpu.retired++;
                cpu.status &= ~ToyCpu.EXL;
                cpu.linked = false;
                cpu.pc(cpu.epc);
                yield true;
            }
            case SYNC, WAIT, PREF -> done();
            default -> cpu.exception(10, DieEvent.GPF);
        };
    }

    private boolean done() {
        cpu.next();
        return true;
    }

    private boolean set(int register, int value) {
        if (register != 0) {
            cpu.r[register] = value;
        }
        return done();
    }

    private boolean rd(int word, int value) {
        return set(Fields.rd(word), value);
    }

    private boolean rt(int word, int value) {
        return set(Fields.rt(word), value);
    }

    private boolean trap(int code) {
        return cpu.exception(code, DieEvent.TRAP);
    }

    private boolean branch(int word, boolean taken, boolean likely, int link) {
        long slot = cpu.pc + 4;
        return go(taken ? slot + ((long) Fields.simm(word) << 2) : slot + 4, link, !taken && likely);
    }

    private boolean jump(long target, int link) {
        return go(target, link, false);
    }

    private long jumpTarget(int word) {
        return cpu.pc + 4 & ~0xfffffffL | (long) Fields.index(word) << 2;
    }

    private boolean go(long target, int link, boolean nullify) {
        if (link != 0) {
            cpu.r[link] = (int) cpu.pc + 8;
        }
        long slot = cpu.pc + 4;
        cpu.next();
        if (nullify) {
            cpu.pc(slot + 4);
        } else {
            cpu.enterDelaySlot(slot, target & 0xffffffffL);
        }
        return true;
    }

    /** Whether an access may go on; if not, the exception has been raised. */
    private boolean translates(long address, int bytes, boolean store) {
        if ((address & bytes - 1) != 0) {
            cpu.badvaddr = (int) address;
            cpu.exception(store ? 5 : 4, DieEvent.GPF);
            return false;
        }
        int page = ToyRam.page(address);
        if (page < 0) {
            if (cpu.machine.ram.mapped(address)) {
                return true;
            }
            cpu.badvaddr = (int) address;
            cpu.exception(store ? 5 : 4, DieEvent.GPF);
            return false;
        }
        if (!cpu.tlb[page]) {
            cpu.badvaddr = (int) address;
            cpu.exception((store ? 3 : 2) | ToyCpu.REFILL_FLAG, DieEvent.REFILL);
            return false;
        }
        if (!cpu.machine.ram.present[page]) {
            cpu.badvaddr = (int) address;
            cpu.tlb[page] = false;
            cpu.exception(store ? 3 : 2, DieEvent.PAGE_FAULT);
            return false;
        }
        return true;
    }

    private boolean load(int word, int at, int bytes, boolean signed) {
        long address = at & 0xffffffffL;
        if (!translates(address, bytes, false)) {
            return false;
        }
        int value = cpu.machine.ram.load(address);
        if (bytes < 4) {
            int unused = 32 - 8 * bytes;
            int raw = value >>> (int) (address & 3) * 8 << unused;
            value = signed ? raw >> unused : raw >>> unused;
        } else if (MipsInstruction.of(word).isLoadLinked()) {
            cpu.linked = true;
            cpu.linkedValue = value;
        }
        return rt(word, value);
    }

    private boolean store(int word, int at, int bytes) {
        long address = at & 0xffffffffL;
        if (!translates(address, bytes, true)) {
            return false;
        }
        int shift = (int) (address & 3) * 8;
        int mask = bytes == 4 ? -1 : (1 << 8 * bytes) - 1 << shift;
        cpu.machine.ram.store(address, cpu.rt(word) << shift, mask);
        cpu.machine.text.stored(address & ~3L);
        return done();
    }

    private boolean storeConditional(int word, int at) {
        long address = at & 0xffffffffL;
        if (!translates(address, 4, true)) {
            return false;
        }
        boolean stored = cpu.linked && cpu.machine.ram.compareAndSet(address, cpu.linkedValue, cpu.rt(word));
        cpu.linked = false;
        return rt(word, stored ? 1 : 0);
    }

    private int readCop0(int register) {
        return switch (register) {
            case 8 -> cpu.badvaddr;
            case 9 -> (int) cpu.retired;
            case 12 -> cpu.status;
            case 13 -> cpu.cause;
            case 14 -> cpu.epc;
            default -> 0;
        };
    }

    private boolean writeCop0(int register, int value) {
        switch (register) {
            case 12 -> cpu.status = value;
            case 13 -> cpu.cause = value;
            case 14 -> cpu.epc = value;
            default -> {}
        }
        return done();
    }

    private boolean setStatus(int word, int status) {
        int old = cpu.status;
        cpu.status = status;
        return rt(word, old);
    }
}
