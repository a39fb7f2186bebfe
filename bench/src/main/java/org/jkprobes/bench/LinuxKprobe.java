package org.jkprobes.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.build.GuestModules;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.Initramfs;
import org.jkprobes.images.Progress;

/**
 * What a hit of Linux's own kprobe costs in a guest under QEMU: a module of ours, {@code src/main/guest/kprobed.c}, has one with an empty
 * handler in the function that {@link ProbedGuest} probes, optimized to a jump where Linux can do that ({@code
 * Documentation/trace/kprobes.rst}, "How Does Jump Optimization Work?").
 */
final class LinuxKprobe {
    private static final long POLLS = 3000;
    private static final long FILES = 1000;
    private static final int TRIES = 3;

    private LinuxKprobe() {}

    /** The initramfs of a guest that measures it; the program of {@link GuestFiles#make} must be in the folder. */
    static Path initramfs(Peer peer, Path folder, Path root) throws IOException, ImageException {
        Guest guest = peer.guest();
        DebianKernels.Fetched debian = DebianKernels.fetchFor(guest.architecture(), Progress.SILENT);
        Path work = root.resolve("target/guest-modules")
                .resolve(guest.architecture().debian());
        byte[] module = new GuestModules(guest.architecture(), work, Progress.SILENT)
                .build(List.of(root.resolve("bench/src/main/guest/kprobed.c")))
                .values()
                .iterator()
                .next();
        return Files.write(
                folder.resolve("kprobed.cpio"),
                Initramfs.of(Files.readAllBytes(debian.busybox()))
                        .file("bin/workload", 0755, Files.readAllBytes(folder.resolve("workload")))
                        .file("kprobed.ko", 0644, module)
                        .exec(script(guest))
                        .toBytes());
    }

    /** A function begins with what ftrace has put there; behind that a probe may become a jump, five bytes that no branch leads into. */
    private static String script(Guest guest) {
        String places = guest == Guest.MIPSEL ? "0" : "5 6 7 8 9 10 11 12 13 14 0";
        return """
                mount -t debugfs none /sys/kernel/debug
                workload unprobed POLLS
                for place in PLACES; do
                  insmod /kprobed.ko place=$place 2> /dev/null || continue
                  sleep 1
                  grep -q OPTIMIZED /sys/kernel/debug/kprobes/list && break
                  [ $place = 0 ] || rmmod kprobed
                done
                cat /sys/kernel/debug/kprobes/list
                workload probed POLLS
                workload probed POLLS
                rmmod kprobed
                workload unprobed POLLS
                """.replace("POLLS", Long.toString(POLLS)).replace("PLACES", places);
    }

    /** Runs the guest until it has measured, a few times at most: seldom one ends before. */
    static Course measure(List<String> command, Consumer<String> progress) {
        Course course = Stopwatch.measure("QEMU", command);
        for (int i = 1; i < TRIES && !course.spans().containsKey("probed"); i++) {
            progress.accept("Linux's own kprobe, QEMU, again: its guest has ended before it had measured");
            course = Stopwatch.measure("QEMU", command);
        }
        return course;
    }

    /** Ns of CPU time of a hit. */
    static double hit(Course course) {
        double more =
                course.span("probed").cpuSeconds() - course.span("unprobed").cpuSeconds();
        return more / (POLLS * FILES) * 1e9;
    }
}
