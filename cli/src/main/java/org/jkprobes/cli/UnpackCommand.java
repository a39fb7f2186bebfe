package org.jkprobes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.concurrent.Callable;
import org.jkprobes.images.KernelImage;
import org.jkprobes.images.LoadSegment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jkprobes unpack}: writes a kernel as it lies in memory. */
@Command(
        name = "unpack",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Writes the kernel, unpacked, to a file: the bytes as they lie in memory. Prints where that is, and the entry point.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  jkprobes unpack kernel.raw",
            "  mipsel-linux-gnu-objdump -D -b binary -m mips:isa32r2 -EL --adjust-vma=0x80100000 kernel.raw"
        })
final class UnpackCommand implements Callable<Integer> {
    /** No kernel is larger; a damaged image may claim to be. */
    private static final long MOST_BYTES = 1 << 30;

    @Parameters(paramLabel = "FILE", description = "The file to write; an existing one is replaced.")
    Path file = Path.of("");

    @Mixin
    KernelOption kernel = new KernelOption();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        Path target = file.toAbsolutePath();
        InputFile.checkFolder(file.toString(), target);
        if (Files.isDirectory(target)) {
            throw new UserError(file + ": is a folder");
        }
        KernelImage image;
        try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminals.stderr())) {
            image = StaticKernel.image(kernel, progress);
        }
        // By physical address: per-CPU data of x86 is linked at virtual address 0.
        LoadSegment first = image.segments().stream()
                .min(Comparator.comparingLong(LoadSegment::physicalAddress))
                .orElseThrow();
        long start = first.physicalAddress();
        long end = image.segments().stream()
                .mapToLong(segment -> segment.physicalAddress() + segment.data().capacity())
                .max()
                .orElseThrow();
        if (end - start > MOST_BYTES) {
            throw new UserError("the kernel is " + ((end - start) >> 20) + " MiB long: its image must be damaged");
        }
        byte[] bytes = new byte[(int) (end - start)];
        image.segments()
                .forEach(segment -> segment.data()
                        .get(
                                0,
                                bytes,
                                (int) (segment.physicalAddress() - start),
                                segment.data().capacity()));
        write(target, bytes);
        spec.commandLine()
                .getOut()
                .printf(
                        "%s: %d bytes at 0x%x, entry 0x%x%n",
                        file, bytes.length, first.virtualAddress(), image.entry());
        return ExitCode.OK;
    }

    /** The file is there whole or not at all. */
    private static void write(Path target, byte[] bytes) {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.write(part, bytes);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            part.toFile().delete();
            throw new UserError(target + " cannot be written: " + e.getMessage(), e);
        }
    }
}
