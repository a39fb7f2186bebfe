package org.jkprobes.gdb.target;

import java.util.List;
import org.jkprobes.arch.x86.X86Layout;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Flow;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Operand;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.target.DieEvent;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/** i386 and x86-64. */
record X86Guest(X86Layout layoutOf) implements GuestArchitecture {
    static final int RSP = 4;
    private static final int RBP = 5;
    static final int FS = 4;
    static final int GS = 5;
    static final String FS_BASE = "fs_base";
    static final String GS_BASE = "gs_base";
    private static final List<String> BASES = List.of(FS_BASE, GS_BASE);

    @Override
    public String name() {
        return wide() ? "x86_64" : "i386";
    }

    private boolean wide() {
        return layoutOf == X86Layout.AMD64;
    }

    @Override
    public KernelSpace kernelSpace() {
        return wide() ? KernelSpace.AMD64 : KernelSpace.I386;
    }

    @Override
    public List<String> names() {
        return layoutOf.names();
    }

    @Override
    public List<String> unnamed() {
        return BASES;
    }

    @Override
    public int index(String name) {
        int base = BASES.indexOf(name);
        return base < 0 ? layoutOf.index(name) : names().size() + base;
    }

    @Override
    public boolean readOnly(int index) {
        return index >= names().size();
    }

    @Override
    public int pc() {
        return layoutOf.ip();
    }

    @Override
    public int stackPointer() {
        return layoutOf.gpr(RSP);
    }

    @Override
    public DieEvent breakpoint() {
        return DieEvent.INT3;
    }

    @Override
    public int breakpointBytes() {
        return 1;
    }

    @Override
    public int longestInstruction() {
        return 15;
    }

    X86Instruction decode(CodeAt code) {
        return X86Decoder.decode(code.bytes(), 0, code.bytes().length, wide() ? X86Mode.BITS64 : X86Mode.BITS32);
    }

    @Override
    public int length(CodeAt code) {
        return decode(code).length();
    }

    @Override
    public boolean emulate(CodeAt code, PtRegs regs, Memory memory) {
        X86Instruction instruction = decode(code);
        return instruction.isValid() && new X86Emulation(layoutOf, regs, memory, instruction).execute();
    }

    /** Of what goes on behind itself: the stack pointer's own memory is there. */
    @Override
    public boolean mayFault(CodeAt code) {
        X86Instruction instruction = decode(code);
        if (instruction.flow() != X86Flow.NEXT) {
            return false;
        }
        int perCpu = wide() ? GS : FS; // the kernel's own
        for (int i = 0; i < instruction.operandCount(); i++) {
            if (instruction.operand(i) instanceof X86Operand.Mem memory
                    && memory.segment() != perCpu
                    && memory.base() != RSP
                    && memory.base() != RBP
                    && !memory.isRipRelative()) {
                return true;
            }
        }
        return instruction.isRepeated() || instruction.op().name().startsWith("RDMSR");
    }

    @Override
    public DieEvent outcome(CodeAt code, long next, long pc) {
        if (pc == next) {
            return DieEvent.SSTEPBP;
        }
        return pc == code.address() && decode(code).isRepeated() ? DieEvent.INTERRUPTED : DieEvent.PAGE_FAULT;
    }
}
