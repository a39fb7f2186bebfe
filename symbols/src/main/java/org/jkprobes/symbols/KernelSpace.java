package org.jkprobes.symbols;

/**
 * Where the kernels of an architecture may lie, whatever KASLR did.
 *
 * @param search virtual addresses that hold the whole kernel image
 */
public record KernelSpace(DataModel model, AddressRange search) {
    /** The first unmapped segment (kseg0). */
    public static final KernelSpace MIPS32_LITTLE =
            new KernelSpace(DataModel.LITTLE_32, new AddressRange(0x8000_0000L, 0xa000_0000L));
    /** As {@link #MIPS32_LITTLE}, big endian. */
    public static final KernelSpace MIPS32_BIG =
            new KernelSpace(DataModel.BIG_32, new AddressRange(0x8000_0000L, 0xa000_0000L));
    /** 32-bit x86 with the usual split of 3 GiB for users; the rest up to the fixed mappings. */
    public static final KernelSpace I386 =
            new KernelSpace(DataModel.LITTLE_32, new AddressRange(0xc000_0000L, 0xf800_0000L));
    /** The gigabyte of the kernel's text mapping (Documentation/arch/x86/x86_64/mm.rst). */
    public static final KernelSpace AMD64 =
            new KernelSpace(DataModel.LITTLE_64, new AddressRange(0xffff_ffff_8000_0000L, 0xffff_ffff_c000_0000L));
}
