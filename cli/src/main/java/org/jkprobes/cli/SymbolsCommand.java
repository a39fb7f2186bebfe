package org.jkprobes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jkprobes symbols}: lists functions of a kernel. */
@Command(
        name = "symbols",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {"Lists the kernel's symbols that match a pattern: address, size, type, name."},
        footerHeading = "%nExample:%n",
        footer = "  jkprobes symbols 'sys_get*id'")
final class SymbolsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATTERN", description = "A name; * stands for any characters, ? for one.")
    String pattern = "";

    @Mixin
    KernelOption kernel = new KernelOption();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or ndjson.")
    Format format = Format.TEXT;

    @Override
    public Integer call() {
        throw new UserError("symbols cannot be listed yet");
    }
}
