package org.jkprobes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jkprobes disasm}: disassembles a function of a kernel. */
@Command(
        name = "disasm",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {"Disassembles a function of the kernel: offset, address, instruction word, instruction."},
        footerHeading = "%nExample:%n",
        footer = "  jkprobes disasm kernel_clone")
final class DisasmCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SYM[+OFF]", description = "A function; with an offset, from there to its end.")
    String place = "";

    @Mixin
    KernelOption kernel = new KernelOption();

    @Override
    public Integer call() {
        throw new UserError("kernels cannot be disassembled yet");
    }
}
