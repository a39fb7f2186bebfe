package org.jkprobes.gdb.target;

import java.util.List;
import java.util.Optional;
import org.jkprobes.arch.Arch;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/** RISC-V of 64 bits. RISC-V Calling Conventions; kernels lie in the last 2 GiB ({@code riscv/vm-layout.rst}); tp is the task. */
record Riscv64Guest() implements GuestArchitecture {
    private static final int LINK = 1;
    private static final int TASK = 4;
    private static final int FP = 8;
    private static final int A0 = 10;
    private static final List<String> NAMES = List.of(("zero ra sp gp tp t0 t1 t2 fp s1 a0 a1 a2 a3 a4 a5 a6 a7"
                    + " s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6 pc")
            .split(" "));

    @Override
    public String name() {
        return "riscv64";
    }

    @Override
    public Optional<Arch> port() {
        return Optional.of(new SteppedPort(
                new SteppedPort.Convention(name(), A0, 8, 0, A0, LINK, TASK, 32, 14, SteppedPort.Marker.NONE)));
    }

    @Override
    public KernelSpace kernelSpace() {
        return new KernelSpace(DataModel.LITTLE_64, new AddressRange(0xffff_ffff_8000_0000L, 0xffff_ffff_ffff_0000L));
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public boolean readOnly(int index) {
        return index == 0;
    }

    @Override
    public int pc() {
        return 32;
    }

    @Override
    public int stackPointer() {
        return 2;
    }

    /** Below the frame pointer: where the caller is returned to, and its frame pointer. */
    @Override
    public List<Long> callers(PtRegs regs, Memory memory) {
        return FrameChain.of(regs.get(LINK), regs.get(FP), memory, -16, -8);
    }
}
