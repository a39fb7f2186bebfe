package org.jkprobes.cli;

import java.util.Arrays;
import org.jkprobes.images.Architecture;
import org.jkprobes.symbols.KernelSpace;

/** A guest: an architecture with a board for it. */
public enum Guest {
    /** The Malta board with a 24Kc. */
    MIPSEL(Architecture.MIPSEL, "mipsel", "mips", 64, 2048, 256),
    /** A PC with a 32-bit CPU. */
    I386(Architecture.I386, "i386", "i686", 64, 3072, 256),
    /** A PC with a 64-bit CPU. */
    X86_64(Architecture.AMD64, "x86_64", "amd64", 128, 16_384, 256);

    private final Architecture architecture;
    private final String name;
    private final String otherName;
    private final int leastMemory;
    private final int mostMemory;
    private final int usualMemory;

    Guest(Architecture architecture, String name, String otherName, int leastMemory, int mostMemory, int usualMemory) {
        this.architecture = architecture;
        this.name = name;
        this.otherName = otherName;
        this.leastMemory = leastMemory;
        this.mostMemory = mostMemory;
        this.usualMemory = usualMemory;
    }

    /**
     * The guest with a name, Linux's or Debian's.
     *
     * @throws picocli.CommandLine.TypeConversionException if there is none, naming those there are
     */
    static Guest named(String text) {
        return Arrays.stream(values())
                .filter(guest -> guest.otherName.equals(text))
                .findFirst()
                .orElseGet(() -> Choice.of(values(), text));
    }

    /** Whose kernels it runs. */
    public Architecture architecture() {
        return architecture;
    }

    /** Where its kernels lie. */
    public KernelSpace kernelSpace() {
        return switch (this) {
            case MIPSEL -> KernelSpace.MIPS32_LITTLE;
            case I386 -> KernelSpace.I386;
            case X86_64 -> KernelSpace.AMD64;
        };
    }

    /** How its instructions are shown. */
    InstructionView instructions() {
        return switch (this) {
            case MIPSEL -> InstructionView.MIPS;
            case I386 -> InstructionView.I386;
            case X86_64 -> InstructionView.X86_64;
        };
    }

    /** The name of the port of Kprobes for it. */
    String port() {
        return this == MIPSEL ? "mips" : name;
    }

    /** The least guest memory in MiB that is accepted. */
    public int leastMemory() {
        return leastMemory;
    }

    /** The most guest memory in MiB the board takes. */
    public int mostMemory() {
        return mostMemory;
    }

    /** Guest memory in MiB when none is asked for. */
    public int usualMemory() {
        return usualMemory;
    }

    @Override
    public String toString() {
        return name;
    }
}
