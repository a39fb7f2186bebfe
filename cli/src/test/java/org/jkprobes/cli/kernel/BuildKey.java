package org.jkprobes.cli.kernel;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jkprobes.cli.session.GuestImage;
import org.jkprobes.images.KernelImage;
import org.jkprobes.isa.mips.MipsInstruction;
import org.jkprobes.machine.Machine;

/**
 * What a snapshot that tests share depends on: the classes that made it, and what was booted.
 *
 * @param digest hexadecimal
 */
record BuildKey(String digest) {
    private static final List<Class<?>> MODULES = List.of(Machine.class, MipsInstruction.class, KernelImage.class);

    static BuildKey of(Path kernel, Path busybox, String commandLine)
            throws IOException, NoSuchAlgorithmException, URISyntaxException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Class<?> module : MODULES) {
            add(digest, place(module));
        }
        add(digest, place(GuestImage.class).resolve("org/jkprobes/cli/session"));
        add(digest, kernel);
        add(digest, busybox);
        digest.update(commandLine.getBytes(StandardCharsets.UTF_8));
        return new BuildKey(HexFormat.of().formatHex(digest.digest()).substring(0, 16));
    }

    /** A folder of classes, or a jar. */
    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static void add(MessageDigest digest, Path place) throws IOException {
        try (Stream<Path> tree = Files.walk(place)) {
            for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
                digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
        }
    }

    /** The snapshot's file; those of earlier builds go. */
    Path file(String name) throws IOException {
        Path folder = Path.of("target", "booted");
        Path wanted = folder.resolve(name + "-" + digest + ".snap");
        if (Files.isDirectory(folder) && !Files.exists(wanted)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path old : files.filter(
                                file -> file.getFileName().toString().startsWith(name + "-"))
                        .toList()) {
                    Files.deleteIfExists(old);
                }
            }
        }
        return wanted;
    }
}
