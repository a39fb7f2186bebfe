package org.jkprobes.arch.x86;

import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Target;

/** The i386 port. Calling convention of the kernel: {@code -mregparm=3}; {@code asmlinkage} functions take all on the stack. */
public final class I386Arch extends X86Arch {
    private static final int IN_REGISTERS = 3;
    private static final int[] REGISTERS = {X86Layout.RAX, X86Layout.RDX, X86Layout.RCX};

    public I386Arch() {
        super(X86Layout.I386);
    }

    @Override
    public boolean serves(String architecture) {
        return architecture.equals("i386");
    }

    @Override
    public long argument(Target target, PtRegs regs, int n) {
        return n < IN_REGISTERS ? regs.get(layout.gpr(REGISTERS[n])) : stackArgument(target, regs, n - IN_REGISTERS);
    }

    /** Of {@code THREAD_SIZE}: {@code arch/x86/include/asm/page_32_types.h}. */
    @Override
    public int stackShift() {
        return 13;
    }
}
