package org.jkprobes.cli.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jkprobes.cli.UserError;
import org.jkprobes.images.Architecture;
import org.jkprobes.images.CacheFolder;
import org.jkprobes.images.DebianArchive;
import org.jkprobes.images.DebianKernels;
import org.jkprobes.images.ImageException;
import org.jkprobes.images.Progress;

/**
 * Modules for Debian's kernels, built as the kernel's documentation says ({@code Documentation/kbuild/modules.rst}): kbuild, told where
 * the headers are. The headers are those of the kernel that runs as the guest, out of Debian's packages, fetched once; the host needs
 * {@code make}, {@code dpkg-deb}, and Debian's gcc (for MIPS its cross compiler).
 */
public final class GuestModules {
    private static final String SUITE = "bookworm";
    private static final int MINUTES = 3;

    private final Architecture architecture;
    private final Path work;
    private final Progress progress;

    /** @param work a folder for headers and what is built, which stays */
    public GuestModules(Architecture architecture, Path work, Progress progress) {
        this.architecture = architecture;
        this.work = work.toAbsolutePath();
        this.progress = progress;
    }

    /**
     * Builds a module of each source file, all at once: they may use each other's exported symbols.
     *
     * @return the {@code .ko} files by the name of the module
     * @throws ImageException if the headers cannot be had
     * @throws UserError if it cannot be built, with what the compiler said
     */
    public Map<String, byte[]> build(List<Path> sources) throws ImageException {
        try {
            Path tree = headers();
            Path folder = work.resolve("source");
            clear(folder);
            Files.createDirectories(folder);
            List<String> names = new ArrayList<>();
            for (Path source : sources) {
                String file = source.getFileName().toString();
                Files.copy(source, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                names.add(file.replaceFirst("\\.[cS]$", ""));
            }
            Files.writeString(
                    folder.resolve("Makefile"),
                    names.stream().map(name -> "obj-m += " + name + ".o\n").collect(Collectors.joining()));
            progress.step("building " + String.join(", ", names));
            List<String> make =
                    new ArrayList<>(List.of("make", "-C", tree.toString(), "M=" + folder, "ARCH=" + linuxName()));
            if (architecture == Architecture.MIPSEL) {
                make.add("CROSS_COMPILE=mipsel-linux-gnu-");
            }
            make.add("modules");
            execute(make);
            Map<String, byte[]> modules = new LinkedHashMap<>();
            for (String name : names) {
                modules.put(name, Files.readAllBytes(folder.resolve(name + ".ko")));
            }
            return modules;
        } catch (IOException e) {
            throw new UserError("building a module: " + ImageException.reason(e), e);
        }
    }

    private String linuxName() {
        return architecture == Architecture.MIPSEL ? "mips" : "x86";
    }

    /** The tree to build in. */
    private Path headers() throws ImageException, IOException {
        String release = DebianKernels.fetchFor(architecture, progress).release();
        String headers = "linux-headers-" + release;
        // 6.1.0-50-cloud-amd64: version, ABI, flavour
        String common = "linux-headers-" + release.replaceFirst("^(\\d[^-]*-\\d+)-.*", "$1-common");
        String kbuild = "linux-kbuild-" + release.replaceFirst("^(\\d+\\.\\d+).*", "$1");
        Path root = work.resolve("root-" + release);
        Path tree = root.resolve("usr/src").resolve(headers);
        Path done = root.resolve("unpacked");
        if (Files.exists(done)) {
            return tree;
        }
        try (DebianArchive guests = archive(architecture);
                DebianArchive hosts = archive(Architecture.AMD64)) {
            unpack(guests.fetch(headers), root);
            unpack(guests.fetch(common), root);
            unpack(hosts.fetch(kbuild), root);
        }
        Path makefile = tree.resolve("Makefile");
        Files.writeString(makefile, Files.readString(makefile).replace(" /usr/", " " + root + "/usr/"));
        Files.writeString(done, "");
        return tree;
    }

    private DebianArchive archive(Architecture of) {
        return new DebianArchive(SUITE, of, CacheFolder.ofUser(), progress);
    }

    private static void unpack(Path deb, Path to) throws IOException {
        Files.createDirectories(to);
        execute(List.of("dpkg-deb", "-x", deb.toString(), to.toString()));
    }

    private static void clear(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void execute(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new UserError(command.getFirst() + " failed: " + complaint(output));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while building a module", e);
        }
    }

    /** The first line that tells of an error, else the last one. */
    private static String complaint(String output) {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        return lines.stream()
                .filter(line -> line.matches(".*\\b[Ee]rror\\b.*"))
                .findFirst()
                .orElseGet(() -> lines.isEmpty() ? "it said nothing" : lines.getLast());
    }
}
