package org.jkprobes.cli;

/** Guest architectures, by their Debian names. */
public enum Architecture {
    /** Little-endian 32-bit MIPS: the Malta board with a 24Kf. */
    MIPSEL("linux-image-4kc-malta", 32, 2048, 256);

    private final String kernelPackage;
    private final int leastMemory;
    private final int mostMemory;
    private final int usualMemory;

    Architecture(String kernelPackage, int leastMemory, int mostMemory, int usualMemory) {
        this.kernelPackage = kernelPackage;
        this.leastMemory = leastMemory;
        this.mostMemory = mostMemory;
        this.usualMemory = usualMemory;
    }

    /** The Debian package of the kernel booted by default. */
    public String kernelPackage() {
        return kernelPackage;
    }

    /** The least guest memory in MiB with which the default kernel comes up. */
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
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
