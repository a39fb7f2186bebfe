package org.jkprobes.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.Progress;

/**
 * The files that both machines boot from.
 *
 * @param vmlinuz as packaged
 * @param elf the same kernel, unpacked
 * @param idle an initramfs whose guest powers off at once
 * @param busy an initramfs whose guest runs the workloads
 * @param calling an initramfs whose guest makes system calls and never ends
 */
record GuestFiles(String release, Path vmlinuz, Path elf, Path idle, Path busy, Path calling, Path snapshot) {
    private static final String COMPILER = "mipsel-linux-gnu-gcc";

    /** Makes the files in {@code folder}, the guest program compiled from {@code source}. */
    static GuestFiles make(Path folder, Path source, List<Workload> workloads)
            throws IOException, ImageException, InterruptedException {
        DebianKernels.Fetched debian = DebianKernels.fetchFor(Architecture.MIPSEL, Progress.SILENT);
        byte[] busybox = Files.readAllBytes(debian.busybox());
        byte[] elf = KernelElf.of(KernelImage.open(debian.kernel(), CacheFolder.ofUser()));
        byte[] program = compiled(source, folder.resolve("workload"));
        Initramfs busy =
                Initramfs.of(busybox).file("bin/workload", 0755, program).exec(Workload.script(workloads));
        return new GuestFiles(
                debian.release(),
                debian.kernel(),
                Files.write(folder.resolve("kernel.elf"), elf),
                Files.write(
                        folder.resolve("idle.cpio"),
                        Initramfs.of(busybox).exec("true").toBytes()),
                Files.write(folder.resolve("busy.cpio"), busy.toBytes()),
                Files.write(
                        folder.resolve("calling.cpio"),
                        Initramfs.of(busybox)
                                .file("bin/workload", 0755, program)
                                .exec("workload getppid 2000000000")
                                .toBytes()),
                folder.resolve("shell.snapshot"));
    }

    private static byte[] compiled(Path source, Path program) throws IOException, InterruptedException {
        int code = new ProcessBuilder(COMPILER, "-O2", "-static", "-o", program.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new BenchFailure(COMPILER + " cannot compile " + source);
        }
        return Files.readAllBytes(program);
    }
}
