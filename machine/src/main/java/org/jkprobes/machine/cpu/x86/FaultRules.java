package org.jkprobes.machine.cpu.x86;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.isa.x86.X86Operand;

/** What an instruction's faults owe to the instruction, found out when it has faulted: so that what does not fault pays nothing. */
final class FaultRules {
    private static final int NEAR = 64;

    private final X86Cpu cpu;
    private final X86System system;
    private long address;

    FaultRules(X86Cpu cpu, X86System system) {
        this.cpu = cpu;
        this.system = system;
    }

    /** A data access at a linear address has faulted. */
    void at(long linear) {
        address = linear;
    }

    /** Refines what {@link X86System#fault} holds by the instruction at pc. */
    void refine() {
        Fault fault = system.fault;
        if (fault.vector() == Vectors.PAGE_FAULT && (fault.errorCode() & Paging.ERROR_WRITE) == 0) {
            if (updates(cpu.code().decodeHere())) {
                // What it reads it is about to write, and it asks for both at once.
                fault.raise(Vectors.PAGE_FAULT, fault.errorCode() | Paging.ERROR_WRITE);
            }
        } else if (fault.vector() == Vectors.PROTECTION && !Paging.canonical(address)) {
            if (isStack(cpu.code().decodeHere())) {
                fault.raise(Vectors.STACK);
            }
            address = 0;
        }
    }

    private static boolean updates(X86Instruction i) {
        if (!i.isValid() || i.operandCount() == 0 || !(i.operand(0) instanceof X86Operand.Mem)) {
            return false;
        }
        return switch (i.op()) {
            case ADD, OR, ADC, SBB, AND, SUB, XOR, INC, DEC, NOT, NEG -> true;
            case ROL, ROR, RCL, RCR, SHL, SAL, SHR, SAR, SHLD, SHRD -> true;
            case BTS, BTR, BTC, XCHG, XADD, CMPXCHG, CMPXCHG8B, CMPXCHG16B -> true;
            default -> false;
        };
    }

    /** Whether an access was by way of SS. */
    private boolean isStack(X86Instruction i) {
        boolean near = Math.abs(address - cpu.slot(X86Slots.RSP)) < NEAR;
        if (near && (i.op() == X86Op.PUSH || i.op() == X86Op.POP || i.op() == X86Op.CALL)) {
            return true;
        }
        for (int k = 0; k < i.operandCount(); k++) {
            if (i.operand(k) instanceof X86Operand.Mem memory) {
                return memory.segment() == Segment.SS;
            }
        }
        return switch (i.op()) {
            case PUSH, POP, CALL, RET, PUSHF, POPF, ENTER, LEAVE -> true;
            default -> false;
        };
    }

    /** The near branch at pc led to an address that is not canonical: the stack pointer is as before it. */
    void undoJump() {
        X86Instruction i = cpu.code().decodeHere();
        long moved = switch (i.op()) {
            case RET -> 8 + (i.operandCount() > 0 ? ((X86Operand.Imm) i.operand(0)).value() & 0xffff : 0);
            case CALL -> -8;
            default -> 0;
        };
        cpu.slot(X86Slots.RSP, cpu.slot(X86Slots.RSP) - moved);
    }
}
