package org.jkprobes.bench;

import java.nio.file.Path;
import java.util.List;
import org.jkprobes.cli.Guest;

/**
 * What a guest is compared with: QEMU's version of its board, and the compiler of its programs.
 *
 * @param board QEMU's options for board and CPU
 * @param unpacked whether QEMU can be given the unpacked kernel, as an ELF file; else it gets the kernel as packaged
 */
record Peer(Guest guest, String qemu, List<String> board, String compiler, boolean unpacked) {
    static Peer of(Guest guest) {
        return switch (guest) {
            case MIPSEL ->
                new Peer(
                        guest,
                        "qemu-system-mipsel",
                        List.of("-M", "malta", "-cpu", "24Kc"),
                        "mipsel-linux-gnu-gcc",
                        true);
            case I386 ->
                new Peer(guest, "qemu-system-i386", List.of("-M", "pc", "-cpu", "qemu32"), "i686-linux-gnu-gcc", false);
            case X86_64 -> new Peer(guest, "qemu-system-x86_64", List.of("-M", "pc", "-cpu", "qemu64"), "gcc", false);
        };
    }

    /** What QEMU boots. */
    Path kernel(GuestFiles files) {
        return unpacked ? files.elf() : files.vmlinuz();
    }
}
