package org.jkprobes.gdb.target;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jkprobes.arch.Arch;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSpace;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;

/**
 * 64-bit PowerPC, little endian. OpenPOWER ABI (ELFv2): a function that needs its TOC pointer makes it in its first two instructions; calls
 * from within the kernel go behind them, to the local entry point.
 */
record PpcGuest() implements GuestArchitecture {
    private static final int LINK = 35;
    private static final List<String> NAMES = Stream.concat(
                    IntStream.range(0, 32).mapToObj(i -> "r" + i), Stream.of("pc", "msr", "cr", "lr", "ctr", "xer"))
            .toList();
    /** {@code addis r2,r12,…} or {@code lis r2,…}, and {@code addi r2,r2,…}; their immediates masked. */
    private static final int ADDIS_R2_R12 = 0x3c4c;

    private static final int LIS_R2 = 0x3c40;
    private static final int ADDI_R2_R2 = 0x3842;

    @Override
    public String name() {
        return "ppc64le";
    }

    @Override
    public Optional<Arch> port() {
        return Optional.of(new SteppedPort(
                new SteppedPort.Convention(name(), 3, 8, 32 + 64, 3, LINK, -1, 32, 14, PpcGuest::beforeLocalEntry)));
    }

    private static int beforeLocalEntry(int first, int second) {
        boolean makesToc = (first >>> 16 == ADDIS_R2_R12 || first >>> 16 == LIS_R2) && second >>> 16 == ADDI_R2_R2;
        return makesToc ? 8 : 0;
    }

    @Override
    public KernelSpace kernelSpace() {
        return new KernelSpace(DataModel.LITTLE_64, new AddressRange(0xc000_0000_0000_0000L, 0xc000_0000_4000_0000L));
    }

    @Override
    public List<String> names() {
        return NAMES;
    }

    @Override
    public int pc() {
        return 32;
    }

    @Override
    public int stackPointer() {
        return 1;
    }

    /** A stack frame begins with the caller's stack pointer; where the caller returns to is saved in the frame of that. */
    @Override
    public List<Long> callers(PtRegs regs, Memory memory) {
        long caller = memory.readLong(regs.stackPointer(), 0);
        return FrameChain.of(regs.get(LINK), caller, memory, 0, 16);
    }
}
