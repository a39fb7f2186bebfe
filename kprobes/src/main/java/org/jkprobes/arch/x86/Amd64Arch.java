package org.jkprobes.arch.x86;

import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Target;

/** The x86-64 port. Calling convention of the System V ABI; arguments in floating-point registers are none of the kernel's. */
public final class Amd64Arch extends X86Arch {
    private static final int IN_REGISTERS = 6;
    private static final int[] REGISTERS = {X86Layout.RDI, X86Layout.RSI, X86Layout.RDX, X86Layout.RCX, 8, 9};

    public Amd64Arch() {
        super(X86Layout.AMD64);
    }

    @Override
    public boolean serves(String architecture) {
        return architecture.equals("x86_64");
    }

    @Override
    public long argument(Target target, PtRegs regs, int n) {
        return n < IN_REGISTERS
                ? regs.get(layout.gpr(REGISTERS[n]))
                : super.stackArgument(target, regs, n - IN_REGISTERS);
    }

    /** There is no other convention. */
    @Override
    public long stackArgument(Target target, PtRegs regs, int n) {
        return argument(target, regs, n);
    }

    /** Of {@code THREAD_SIZE}: {@code arch/x86/include/asm/page_64_types.h}. */
    @Override
    public int stackShift() {
        return 14;
    }
}
