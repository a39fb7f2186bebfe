package org.jkprobes.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
 * @param elf the same kernel, unpacked; empty where the peer takes the packaged one
 * @param idle an initramfs whose guest powers off at once
 * @param busy an initramfs whose guest runs the workloads
 * @param core an initramfs whose guest runs the first of them
 * @param calling an initramfs whose guest has a function of the kernel called in a loop and never ends
 */
record GuestFiles(
        String release, Path vmlinuz, Path elf, Path idle, Path busy, Path core, Path calling, Path snapshot) {
    /** Makes the files in {@code folder}, the guest program compiled from {@code source}. */
    static GuestFiles make(Peer peer, Path folder, Path source, List<Workload> workloads)
            throws IOException, ImageException, InterruptedException {
        DebianKernels.Fetched debian = DebianKernels.fetchFor(peer.guest().architecture(), Progress.SILENT);
        byte[] busybox = Files.readAllBytes(debian.busybox());
        byte[] elf =
                peer.unpacked() ? KernelElf.of(KernelImage.open(debian.kernel(), CacheFolder.ofUser())) : new byte[0];
        byte[] program = compiled(peer.compiler(), source, folder.resolve("workload"));
        return new GuestFiles(
                debian.release(),
                debian.kernel(),
                Files.write(folder.resolve("kernel.elf"), elf),
                Files.write(
                        folder.resolve("idle.cpio"),
                        Initramfs.of(busybox).exec("true").toBytes()),
                running(folder.resolve("busy.cpio"), busybox, program, Workload.script(workloads)),
                running(folder.resolve("core.cpio"), busybox, program, Workload.script(workloads.subList(0, 1))),
                running(folder.resolve("calling.cpio"), busybox, program, "workload poll 2000000000"),
                folder.resolve("shell.snapshot"));
    }

    private static Path running(Path file, byte[] busybox, byte[] program, String script) throws IOException {
        return Files.write(
                file,
                Initramfs.of(busybox)
                        .file("bin/workload", 0755, program)
                        .exec(script)
                        .toBytes());
    }

    private static byte[] compiled(String compiler, Path source, Path program)
            throws IOException, InterruptedException {
        int code = new ProcessBuilder(compiler, "-O2", "-static", "-o", program.toString(), source.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new BenchFailure(compiler + " cannot compile " + source);
        }
        return Files.readAllBytes(program);
    }
}
