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

/** AArch64. Procedure Call Standard for the Arm 64-bit Architecture; kernels lie in their vmalloc area ({@code arm64/memory.rst}). */
record Arm64Guest() implements GuestArchitecture {
    private static final int FP = 29;
    private static final int LINK = 30;
    private static final List<String> NAMES = Stream.concat(
                    IntStream.range(0, 31).mapToObj(i -> "x" + i), Stream.of("sp", "pc", "cpsr"))
            .toList();

    @Override
    public String name() {
        return "arm64";
    }

    @Override
    public Optional<Arch> port() {
        return Optional.of(new SteppedPort(
                new SteppedPort.Convention(name(), 0, 8, 0, 0, LINK, -1, 31, 14, SteppedPort.Marker.NONE)));
    }

    @Override
    public KernelSpace kernelSpace() {
        return new KernelSpace(DataModel.LITTLE_64, new AddressRange(0xffff_8000_0000_0000L, 0xffff_fbff_0000_0000L));
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
        return 31;
    }

    /** A frame record holds the caller's frame pointer, and where it is returned to. */
    @Override
    public List<Long> callers(PtRegs regs, Memory memory) {
        return FrameChain.of(regs.get(LINK), regs.get(FP), memory, 0, 8);
    }
}
