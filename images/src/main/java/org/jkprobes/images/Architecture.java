package org.jkprobes.images;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * An instruction set as Debian names it, with its ELF identity (ELF gABI, {@code e_machine}) and the Debian release and
 * meta package its kernel comes from. bookworm is the last release with MIPS and with an i386 kernel.
 */
public enum Architecture {
    MIPSEL("mipsel", 8, 32, ByteOrder.LITTLE_ENDIAN, "bookworm", "linux-image-4kc-malta"),
    MIPS64EL("mips64el", 8, 64, ByteOrder.LITTLE_ENDIAN, "bookworm", "linux-image-5kc-malta"),
    MIPS("mips", 8, 32, ByteOrder.BIG_ENDIAN, "", ""),
    MIPS64("mips64", 8, 64, ByteOrder.BIG_ENDIAN, "", ""),
    I386("i386", 3, 32, ByteOrder.LITTLE_ENDIAN, "bookworm", "linux-image-686"),
    AMD64("amd64", 62, 64, ByteOrder.LITTLE_ENDIAN, "bookworm", "linux-image-cloud-amd64"),
    PPC64EL("ppc64el", 21, 64, ByteOrder.LITTLE_ENDIAN, "bookworm", "linux-image-powerpc64le"),
    PPC64("ppc64", 21, 64, ByteOrder.BIG_ENDIAN, "", ""),
    POWERPC("powerpc", 20, 32, ByteOrder.BIG_ENDIAN, "", ""),
    ARM64("arm64", 183, 64, ByteOrder.LITTLE_ENDIAN, "bookworm", "linux-image-cloud-arm64"),
    ARMHF("armhf", 40, 32, ByteOrder.LITTLE_ENDIAN, "bookworm", "linux-image-armmp"),
    S390X("s390x", 22, 64, ByteOrder.BIG_ENDIAN, "bookworm", "linux-image-s390x"),
    RISCV64("riscv64", 243, 64, ByteOrder.LITTLE_ENDIAN, "trixie", "linux-image-riscv64"),
    SPARC64("sparc64", 43, 64, ByteOrder.BIG_ENDIAN, "", ""),
    IA64("ia64", 50, 64, ByteOrder.LITTLE_ENDIAN, "", "");

    private final String debian;
    private final int machine;
    private final int bits;
    private final ByteOrder order;
    private final String suite;
    private final String kernelPackage;

    Architecture(String debian, int machine, int bits, ByteOrder order, String suite, String kernelPackage) {
        this.debian = debian;
        this.machine = machine;
        this.bits = bits;
        this.order = order;
        this.suite = suite;
        this.kernelPackage = kernelPackage;
    }

    /** Debian's name, such as {@code mipsel}. */
    public String debian() {
        return debian;
    }

    /** Width of an address: 32 or 64. */
    public int bits() {
        return bits;
    }

    /** Byte order of data and instructions. */
    public ByteOrder order() {
        return order;
    }

    /** The Debian release its kernel is taken from; empty where Debian has none. */
    public Optional<String> suite() {
        return suite.isEmpty() ? Optional.empty() : Optional.of(suite);
    }

    /** The meta package of its kernel (no ABI number in the name); empty where Debian has none. */
    public Optional<String> kernelPackage() {
        return kernelPackage.isEmpty() ? Optional.empty() : Optional.of(kernelPackage);
    }

    /** Whether this is one of the MIPS instruction sets. */
    public boolean mips() {
        return machine == 8;
    }

    /** The architecture of an ELF file. */
    static Optional<Architecture> ofElf(int machine, int bits, ByteOrder order) {
        return Arrays.stream(values())
                .filter(a -> a.machine == machine && a.bits == bits && a.order == order)
                .findFirst();
    }

    /** The architecture with Debian's name {@code name}. */
    public static Optional<Architecture> named(String name) {
        return Arrays.stream(values()).filter(a -> a.debian.equals(name)).findFirst();
    }
}
