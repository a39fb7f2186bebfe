package org.jkprobes.machine.cpu.x86;

import static org.jkprobes.machine.cpu.x86.X86Slots.RAX;
import static org.jkprobes.machine.cpu.x86.X86Slots.RDI;
import static org.jkprobes.machine.cpu.x86.X86Slots.RSI;
import static org.jkprobes.machine.cpu.x86.X86Slots.T0;
import static org.jkprobes.machine.cpu.x86.X86Slots.T1;
import static org.jkprobes.machine.cpu.x86.X86Slots.T2;
import static org.jkprobes.machine.cpu.x86.X86Slots.ZERO;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.machine.engine.BlockBuilder;
import org.jkprobes.machine.engine.Op;

/** The string instructions without repetition, and without ports: what loops over strings in a 32-bit kernel are made of. */
final class StringLifter {
    /** What the flag's bit is to be shifted by to give twice a byte. */
    private static final int DF_TO_TWO = 9;

    private final X86Emitter emit;
    private final OperandLifter operands;
    private BlockBuilder out = new BlockBuilder();

    StringLifter(X86Emitter emit, OperandLifter operands) {
        this.emit = emit;
        this.operands = operands;
    }

    void begin(BlockBuilder into) {
        out = into;
    }

    /** Lifts an instruction; false if it is none of these. */
    boolean lift(X86Instruction i) {
        if (i.isRepeated()) {
            return false;
        }
        int width = i.operandBits();
        switch (i.op()) {
            case MOVS -> {
                operands.at(RSI, StringInstructions.source(i));
                operands.load(width, T0);
                operands.at(RDI, Segment.ES);
                operands.store(width, T0);
                advance(i, RSI, RDI);
            }
            case STOS -> {
                operands.at(RDI, Segment.ES);
                operands.store(width, RAX);
                advance(i, RDI);
            }
            case LODS -> {
                operands.at(RSI, StringInstructions.source(i));
                operands.load(width, T0);
                operands.writeGpr(width, RAX, T0);
                advance(i, RSI);
            }
            case SCAS -> {
                operands.at(RDI, Segment.ES);
                operands.load(width, T1);
                int a = operands.read(new X86Operand.Reg(X86Operand.Kind.GPR, RAX, width, false), T0);
                emit.flags(Flags.SUB, width, a, T1);
                advance(i, RDI);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Moves registers on by an item, in the direction that the flag says. */
    private void advance(X86Instruction i, int... registers) {
        int address = i.addressBits();
        int bytes = i.operandBits() / 8;
        out.immediate(Op.SHRI, T1, X86Slots.DF, DF_TO_TWO - Integer.numberOfTrailingZeros(bytes));
        out.immediate(Op.CONST64, T2, ZERO, bytes);
        out.slots(Op.SUB64, T2, T2, T1);
        for (int register : registers) {
            out.slots(Op.ADD64, T1, register, T2);
            operands.writeGpr(address, register, T1);
        }
    }
}
