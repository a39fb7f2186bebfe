package org.jkprobes.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run is asked to do; checked, but for what only a machine can tell (whether a file is a kernel, a symbol is known).
 *
 * @param kernel a kernel image of the user's own; absent: Debian's, fetched
 * @param initrd an initramfs of the user's own; absent: busybox with our init
 * @param append added to the kernel's command line
 * @param memoryMib guest memory in MiB
 * @param init a static program or script to run as /init
 * @param exec shell commands to run in the guest, which then powers off
 * @param selfUnpack whether the kernel unpacks itself in the guest, instead of us doing it in Java
 * @param afterBoot whether probes are planted only when the kernel is about to start /init
 * @param symbols a System.map or an ELF file with more symbols than the kernel lists itself
 * @param snapshot the file to start from when it is there, and to make when it is not
 * @param snapshotAt when that snapshot is made
 * @param engine what runs the guest's code
 * @param gdbListen where GDB may connect
 */
public record RunOptions(
        Guest guest,
        Optional<Path> kernel,
        Optional<Path> initrd,
        String append,
        int memoryMib,
        Optional<Path> init,
        Optional<String> exec,
        boolean selfUnpack,
        ProbeOptions probes,
        boolean afterBoot,
        Optional<Path> symbols,
        Optional<Path> snapshot,
        SnapshotPoint snapshotAt,
        Format format,
        EngineChoice engine,
        Optional<GdbListen> gdbListen) {}
