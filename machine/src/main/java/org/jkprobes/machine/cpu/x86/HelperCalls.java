package org.jkprobes.machine.cpu.x86;

import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.machine.engine.Block;
import org.jkprobes.machine.engine.Op;

/** From helper micro-ops to what does them: see {@link X86Helper}. */
final class HelperCalls {
    private final X86Cpu cpu;
    private final X86System system;
    private final InstructionTable table;
    private final IntegerOperations integers;
    private final FloatingPoint floats;
    private final StringInstructions strings;
    private final SystemInstructions instructions;

    HelperCalls(X86Cpu cpu, X86System system, InstructionTable table) {
        this.cpu = cpu;
        this.system = system;
        this.table = table;
        integers = new IntegerOperations(cpu);
        floats = new FloatingPoint(cpu);
        strings = new StringInstructions(cpu);
        instructions = new SystemInstructions(cpu, system);
    }

    FloatingPoint floats() {
        return floats;
    }

    void compute(long uop) {
        int what = Op.b(uop);
        cpu.slot(Op.d(uop), what < X86Helper.FLAGS ? condition(what) : flags(what));
    }

    private long condition(int condition) {
        return Flags.holds(condition, cpu.arithmeticFlags()) ? 1 : 0;
    }

    private long flags(int what) {
        return what == X86Helper.FLAGS
                ? cpu.arithmeticFlags()
                : integers.flagsAfter(what & 0xff, what >>> X86Helper.SHIFT);
    }

    void run(Block block, int instruction, long uop) {
        int imm = Op.b(uop);
        int parameter = imm >>> X86Helper.SHIFT;
        int helper = imm & 0xff;
        switch (helper) {
            case X86Helper.FLOAT -> {
                cpu.at(block.pcOf(instruction));
                floats.run(block, table.get(parameter), table.floatCode(parameter));
            }
            case X86Helper.INSIDE -> {
                cpu.at(block.pcOf(instruction));
                instructions.run(block, table.get(parameter), cpu.timeAt(block, instruction));
            }
            case X86Helper.STRING -> strings.once(block, table.get(parameter));
            case X86Helper.REPEATED -> repeat(block, table.get(parameter));
            case X86Helper.OTHER -> other(block, instruction, table.get(parameter));
            case X86Helper.LIMIT -> {
                long offset = cpu.slot(Op.a(uop));
                if (!system.limits.check(parameter & 7, offset, parameter >>> 4, (parameter & 8) != 0)) {
                    cpu.fault();
                }
            }
            default -> integers.run(helper, parameter, uop);
        }
    }

    private void other(Block block, int instruction, X86Instruction i) {
        long at = block.pcOf(instruction);
        int mode = cpu.mode();
        cpu.at(at);
        boolean jumped = instructions.run(block, i, cpu.timeAt(block, instruction));
        if (cpu.left()) {
            cpu.at(at);
            return;
        }
        if (!jumped) {
            cpu.at(cpu.wrap(at + i.length()));
        }
        cpu.modeChanged();
        if (mode != cpu.mode() || system.state.flag(Flag.IF)) {
            cpu.lookAtInterrupts();
        }
    }

    private void repeat(Block block, X86Instruction i) {
        cpu.at(block.pc);
        long done = strings.repeat(block, i, cpu.mostIterations());
        boolean more = strings.more();
        if (done == 0 && more) {
            return;
        }
        cpu.iterated(done, more);
        if (!more) {
            cpu.at(cpu.wrap(block.pc + i.length()));
        }
    }
}
