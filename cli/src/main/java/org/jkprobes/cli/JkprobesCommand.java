package org.jkprobes.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command: shows help, knows the others. */
@Command(
        name = "jkprobes",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Kprobes in Java: break into any instruction of a running Linux kernel.",
            "",
            "An unmodified Debian kernel boots on a machine inside the JVM. A probe runs Java code before and after the"
                    + " instruction it is planted on, and the kernel goes on as if nothing had happened.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  jkprobes demo",
            "      fetches a kernel, boots it, and shows a kprobe on kernel_clone at work",
            "  jkprobes run",
            "      boots to a shell on this terminal; 'poweroff -f' ends it",
            "  jkprobes run --exec 'ls; cat /proc/version' --kprobe kernel_clone",
            "      runs two commands in the guest and prints each hit of the probe",
            "  jkprobes run --exec ls --kprobe do_sys_openat2+0x10 --format ndjson | jq .data",
            "      the same as one JSON object a line, for other programs",
            "  jkprobes symbols 'sys_get*'",
            "      which functions of the kernel can carry a probe",
            "  jkprobes disasm kernel_clone",
            "      where its instructions are",
            "  jkprobes can-probe kernel_clone+0x9",
            "      whether a probe can be there, and if not, why",
            "",
            "Exit codes: 0 done, 2 bad input or something missing (one line on stderr says what), 3 the guest panicked."
        },
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            SymbolsCommand.class,
            DisasmCommand.class,
            CanProbeCommand.class,
            ListCommand.class,
            UnpackCommand.class,
            DoctorCommand.class,
            HelpCommand.class
        })
final class JkprobesCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: demo, run, symbols, disasm, can-probe, list, unpack or doctor");
    }
}
