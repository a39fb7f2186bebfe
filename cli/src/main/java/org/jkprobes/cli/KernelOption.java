package org.jkprobes.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which kernel a command looks into. */
final class KernelOption {
    @Option(names = "--arch", paramLabel = "ARCH", description = "The kernel's architecture: ${COMPLETION-CANDIDATES}.")
    Guest guest = Guest.MIPSEL;

    @Option(names = "--kernel", paramLabel = "FILE", description = "A kernel of your own (Debian's when not given).")
    Optional<Path> kernel = Optional.empty();
}
