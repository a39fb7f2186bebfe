package org.jkprobes.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Symbols that a kernel does not list itself. */
final class SymbolsOption {
    @Option(
            names = "--symbols",
            paramLabel = "FILE",
            description = "A System.map or ELF file with more symbols than the kernel lists itself.")
    Optional<Path> file = Optional.empty();
}
