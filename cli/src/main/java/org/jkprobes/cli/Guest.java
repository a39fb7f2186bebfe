package org.jkprobes.cli;

import org.jkprobes.images.Architecture;
import org.jkprobes.symbols.KernelSpace;

/** A guest that can be run: an architecture with a board for it. */
public enum Guest {
    /** The Malta board with a 24Kf. */
    MIPSEL(Architecture.MIPSEL, 64, 2048, 256);

    private final Architecture architecture;
    private final int leastMemory;
    private final int mostMemory;
    private final int usualMemory;

    Guest(Architecture architecture, int leastMemory, int mostMemory, int usualMemory) {
        this.architecture = architecture;
        this.leastMemory = leastMemory;
        this.mostMemory = mostMemory;
        this.usualMemory = usualMemory;
    }

    /** Whose kernels it runs. */
    public Architecture architecture() {
        return architecture;
    }

    /** Where its kernels lie. */
    public KernelSpace kernelSpace() {
        return switch (this) {
            case MIPSEL -> KernelSpace.MIPS32_LITTLE;
        };
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
        return architecture.debian();
    }
}
