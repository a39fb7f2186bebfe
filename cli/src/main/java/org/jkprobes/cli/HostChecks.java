package org.jkprobes.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.cli.HostCheck.Need;

/** Looks at the host: what jkprobes needs, and what its tests use. */
final class HostChecks {
    private static final int JAVA_NEEDED = 25;

    /** A kernel package, its unpacked form and a few snapshots. */
    private static final long CACHE_MIB_NEEDED = 500;

    private final String searchPath;
    private final Path cache;

    HostChecks(String searchPath, Path cache) {
        this.searchPath = searchPath;
        this.cache = cache;
    }

    List<HostCheck> all() {
        List<HostCheck> checks = new ArrayList<>();
        checks.add(java());
        checks.add(program("mvn", Need.USUAL, "maven", "builds jkprobes when its sources change"));
        checks.add(program("apt-get", Need.USUAL, "apt", "fetches kernels; without it give --kernel and --initrd"));
        checks.add(aptSources());
        checks.add(program("stty", Need.USUAL, "coreutils", "passes a terminal's keys to the guest"));
        checks.add(cacheFolder());
        checks.add(cacheSpace());
        checks.add(
                program("mipsel-linux-gnu-objdump", Need.TESTS, "binutils-mipsel-linux-gnu", "oracle of the decoder"));
        checks.add(program("mipsel-linux-gnu-gcc", Need.TESTS, "gcc-mipsel-linux-gnu", "builds guest programs"));
        checks.add(program("qemu-system-mipsel", Need.TESTS, "qemu-system-mips", "oracle of the machine"));
        checks.add(program("qemu-system-x86_64", Need.TESTS, "qemu-system-x86", "oracle of the PC"));
        checks.add(program("objdump", Need.TESTS, "binutils", "oracle of the x86 decoder"));
        checks.add(program("qemu-mipsel", Need.TESTS, "qemu-user", "oracle of user code"));
        checks.add(program("gdb-multiarch", Need.TESTS, "gdb-multiarch", "reads QEMU's registers"));
        return checks;
    }

    private static HostCheck java() {
        Runtime.Version version = Runtime.version();
        return new HostCheck(
                "java",
                Need.REQUIRED,
                version.feature() >= JAVA_NEEDED,
                version + " in " + System.getProperty("java.home"),
                "runs jkprobes");
    }

    private HostCheck program(String name, Need need, String debianPackage, String purpose) {
        Optional<Path> found = find(name);
        return new HostCheck(
                name,
                need,
                found.isPresent(),
                found.map(Path::toString).orElse("apt install " + debianPackage),
                purpose);
    }

    private static HostCheck aptSources() {
        Optional<Path> source = Optional.empty();
        for (String place : List.of("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")) {
            Path file = Path.of(place);
            if (source.isEmpty() && Files.isReadable(file)) {
                source = Optional.of(file);
            }
        }
        return new HostCheck(
                "apt sources",
                Need.USUAL,
                source.isPresent(),
                source.map(Path::toString).orElse("no Debian source is configured"),
                "where kernels are fetched from");
    }

    private HostCheck cacheFolder() {
        Path existing = existing(cache);
        boolean writable = Files.isDirectory(existing) && Files.isWritable(existing);
        String detail = cache + (writable ? Files.exists(cache) ? "" : " (made when needed)" : " (may not be written)");
        return new HostCheck("cache folder", Need.REQUIRED, writable, detail, "keeps what was fetched");
    }

    private HostCheck cacheSpace() {
        try {
            long mib = Files.getFileStore(existing(cache)).getUsableSpace() >> 20;
            String detail = mib + " MiB free" + (mib >= CACHE_MIB_NEEDED ? "" : ", " + CACHE_MIB_NEEDED + " wanted");
            return new HostCheck("space", Need.REQUIRED, mib >= CACHE_MIB_NEEDED, detail, "for kernels and snapshots");
        } catch (IOException e) {
            return new HostCheck(
                    "space", Need.REQUIRED, false, String.valueOf(e.getMessage()), "for kernels and snapshots");
        }
    }

    private static Path existing(Path folder) {
        Path at = folder.toAbsolutePath();
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }

    private Optional<Path> find(String program) {
        for (String folder : searchPath.split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return Optional.of(Path.of(folder, program));
            }
        }
        return Optional.empty();
    }
}
