package org.jkprobes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianKernels;

/**
 * What the JVM takes notes of when {@code bin/lib/train.sh} makes the cache it starts with: each guest that is asked for, or whose kernel
 * has been fetched, boots, is saved, and starts once more from there with a probe.
 */
public final class Training {
    private Training() {}

    /** @param args a folder for the snapshots and for a list of the guests that were seen; and the guests asked for */
    public static void main(String[] args) throws IOException {
        List<String> wanted = Arrays.asList(args).subList(1, args.length);
        DebianKernels kernels = new DebianKernels(CacheFolder.ofUser());
        // The one asked for comes last: what the JVM has seen last is what it expects.
        List<Guest> guests = Stream.of(Guest.values())
                .filter(guest -> wanted.contains(guest.toString()) || kernels.has(guest.architecture()))
                .sorted(Comparator.comparing(guest -> wanted.contains(guest.toString())))
                .toList();
        for (Guest guest : guests) {
            Path snapshot = Path.of(args[0]).resolve(guest.toString());
            try {
                run("--arch", guest.toString(), "--exec", "true", "--snapshot", snapshot.toString());
                run(
                        "--arch",
                        guest.toString(),
                        "--exec",
                        "true",
                        "--snapshot",
                        snapshot.toString(),
                        "--kprobe",
                        "kernel_clone");
            } finally {
                Files.deleteIfExists(snapshot);
            }
        }
        Files.write(
                Path.of(args[0]).resolve("trained"),
                guests.stream().map(Guest::toString).toList());
    }

    private static void run(String... options) throws IOException {
        String[] args = Stream.concat(Stream.of("run"), Stream.of(options)).toArray(String[]::new);
        int code = Main.commandLine(args).execute(args);
        if (code != 0) {
            throw new IOException("%s: exit %d".formatted(String.join(" ", args), code));
        }
    }
}
