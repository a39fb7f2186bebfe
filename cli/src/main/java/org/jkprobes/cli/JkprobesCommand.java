package org.jkprobes.cli;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
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
        })
final class JkprobesCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    /** Every subcommand, in the order in which help lists them. */
    private static final List<Map.Entry<String, Supplier<Object>>> SUBCOMMANDS = List.of(
            Map.entry("demo", DemoCommand::new),
            Map.entry("run", RunCommand::new),
            Map.entry("symbols", SymbolsCommand::new),
            Map.entry("disasm", DisasmCommand::new),
            Map.entry("can-probe", CanProbeCommand::new),
            Map.entry("list", ListCommand::new),
            Map.entry("unpack", UnpackCommand::new),
            Map.entry("doctor", DoctorCommand::new),
            // No method reference: a reference into such old class files breaks the cache that train.sh makes.
            Map.entry("help", () -> new HelpCommand()));

    /**
     * Adds the subcommand that is asked for, or all of them where none is: what a subcommand says of itself is read by reflection, and
     * that of all takes a quarter of a second.
     */
    static void addSubcommands(CommandLine root, String... args) {
        List<Map.Entry<String, Supplier<Object>>> asked = SUBCOMMANDS.stream()
                .filter(one -> args.length > 0 && one.getKey().equals(args[0]) && !args[0].equals("help"))
                .toList();
        for (Map.Entry<String, Supplier<Object>> one : asked.isEmpty() ? SUBCOMMANDS : asked) {
            root.addSubcommand(one.getKey(), one.getValue().get());
        }
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: demo, run, symbols, disasm, can-probe, list, unpack or doctor");
    }
}
