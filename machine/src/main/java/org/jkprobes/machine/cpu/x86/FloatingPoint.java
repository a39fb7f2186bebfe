package org.jkprobes.machine.cpu.x86;

import java.util.Objects;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.machine.cpu.x86.fpu.FpuCode;
import org.jkprobes.machine.cpu.x86.fpu.FpuInstructions;
import org.jkprobes.machine.cpu.x86.fpu.FpuMemory;
import org.jkprobes.machine.cpu.x86.fpu.FpuOutcome;
import org.jkprobes.machine.cpu.x86.fpu.FpuState;
import org.jkprobes.machine.engine.Block;
import org.jspecify.annotations.Nullable;

/** Connects {@link FpuInstructions} with the register file and the program's memory. */
final class FloatingPoint implements FpuMemory {
    private static final int XMM = 16;
    private static final int FX_IMAGE = 0xae;

    private final X86Cpu cpu;
    final FpuState state = new FpuState();
    /** General registers and, from {@link #XMM} on, halves of XMM registers: those that the instruction at work names. */
    private final long[] registers = new long[XMM + 32];

    private final FpuInstructions instructions = new FpuInstructions(state, this, registers, XMM);
    /** Where the instruction at work is. */
    private @Nullable Block at;

    FloatingPoint(X86Cpu cpu) {
        this.cpu = cpu;
    }

    private Block block() {
        return Objects.requireNonNull(at);
    }

    /** FWAIT. */
    void await() {
        controls();
        outcome(instructions.await());
    }

    /** Executes the instruction at pc; the linear address of its memory operand is in ADDRESS, unless it stores by a mask. */
    void run(Block block, X86Instruction i, int code) {
        at = block;
        if (!FpuCode.isMaskedStore(code)) {
            run(code, cpu.slot(X86Slots.ADDRESS), cpu.rip());
            return;
        }
        int override = i.segmentOverride();
        boolean overridden = override >= Segment.FS || override >= 0 && i.mode() != X86Mode.BITS64;
        int segment = overridden ? override : Segment.DS;
        long offset = Flags.trim(i.addressBits(), cpu.slot(X86Slots.RDI));
        if (cpu.checkLimit(segment, offset, 8, true)) {
            run(code, cpu.linear(segment, i.addressBits(), offset), cpu.rip());
        }
    }

    private void run(int code, long address, long rip) {
        controls();
        if ((code & FpuCode.X87) != 0) {
            registers[0] = cpu.slot(0);
        } else {
            load(code);
        }
        if (FpuCode.readsFlags(code)) {
            state.flags(cpu.arithmeticFlags());
        }
        int outcome = instructions.execute(code, address, rip);
        if (outcome != FpuOutcome.DONE) {
            outcome(outcome);
            return;
        }
        if ((code & FpuCode.X87) == 0) {
            store(code);
        }
        int general = FpuCode.writtenGeneral(code);
        if (general >= 0) {
            cpu.slot(general, registers[general]);
        }
        if (FpuCode.writesFlags(code)) {
            cpu.arithmeticFlags(state.flags());
        }
    }

    private void controls() {
        SystemState system = cpu.system().state;
        instructions.controlRegisters(system.cr0, system.cr4);
    }

    private void load(int code) {
        if (FpuCode.opcode(code) == FX_IMAGE) {
            for (int i = 0; i < 32; i++) {
                registers[XMM + i] = cpu.slot(X86Slots.XMM + i);
            }
            return;
        }
        load1(FpuCode.reg(code));
        load1(FpuCode.rm(code));
    }

    private void load1(int number) {
        registers[number] = cpu.slot(number);
        registers[XMM + 2 * number] = cpu.slot(X86Slots.XMM + 2 * number);
        registers[XMM + 2 * number + 1] = cpu.slot(X86Slots.XMM + 2 * number + 1);
    }

    private void store(int code) {
        if (FpuCode.opcode(code) == FX_IMAGE) {
            for (int i = 0; i < 32; i++) {
                cpu.slot(X86Slots.XMM + i, registers[XMM + i]);
            }
            return;
        }
        store1(FpuCode.reg(code));
        if ((code & FpuCode.MEMORY) == 0) {
            store1(FpuCode.rm(code));
        }
    }

    private void store1(int number) {
        cpu.slot(X86Slots.XMM + 2 * number, registers[XMM + 2 * number]);
        cpu.slot(X86Slots.XMM + 2 * number + 1, registers[XMM + 2 * number + 1]);
    }

    private void outcome(int outcome) {
        switch (outcome) {
            case FpuOutcome.X87_ERROR -> cpu.fault(Vectors.FPU_ERROR);
            case FpuOutcome.SIMD_ERROR -> cpu.fault(Vectors.SIMD_ERROR);
            case FpuOutcome.UNDEFINED -> cpu.fault(Vectors.UNDEFINED);
            case FpuOutcome.NOT_AVAILABLE -> cpu.fault(Vectors.NO_FPU);
            case FpuOutcome.PROTECTION -> cpu.fault(Vectors.PROTECTION);
            default -> {}
        }
    }

    // ---- memory, by words, for which the CPU knows its fault ----

    @Override
    public boolean load(long address, int size, long[] into, int index) {
        for (int done = 0; done < size; done += 8) {
            long value = word(address + done, Math.min(8, size - done));
            if (cpu.left()) {
                return false;
            }
            into[index + (done >>> 3)] = value;
        }
        return true;
    }

    private long word(long address, int size) {
        if (Integer.bitCount(size) == 1) {
            return cpu.read(address, size);
        }
        long value = 0;
        for (int i = 0; i < size && !cpu.left(); i++) {
            value |= cpu.read(address + i, 1) << 8 * i;
        }
        return value;
    }

    @Override
    public boolean probeStore(long address, int size) {
        return cpu.mayWrite(block(), address, size);
    }

    @Override
    public boolean store(long address, int size, long[] from, int index) {
        if (size > 8 && !cpu.mayWrite(block(), address, size)) {
            return false;
        }
        for (int done = 0; done < size; done += 8) {
            int count = Math.min(8, size - done);
            long value = from[index + (done >>> 3)];
            if (Integer.bitCount(count) == 1) {
                if (!cpu.write(block(), address + done, count, value)) {
                    return false;
                }
            } else if (!bytes(address + done, count, value)) {
                return false;
            }
        }
        return true;
    }

    private boolean bytes(long address, int count, long value) {
        if (!cpu.mayWrite(block(), address, count)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            cpu.write(block(), address + i, 1, value >>> 8 * i);
        }
        return true;
    }
}
