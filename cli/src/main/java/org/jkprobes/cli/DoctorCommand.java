package org.jkprobes.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jkprobes.cli.HostCheck.Need;
import org.jkprobes.cli.event.JsonLine;
import org.jkprobes.images.CacheFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jkprobes doctor}: what of the host jkprobes and its tests need, and whether it is there. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Says, line by line, what jkprobes needs of this host, whether it is there, and what it is for.",
            "Ends with exit code 2 if something is missing without which 'demo' does not run."
        })
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--format", paramLabel = "FORMAT", description = "text or ndjson.")
    Format format = Format.TEXT;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        List<HostCheck> checks = new HostChecks(
                        Objects.requireNonNullElse(System.getenv("PATH"), ""),
                        CacheFolder.ofUser().root())
                .all();
        PrintWriter out = spec.commandLine().getOut();
        for (HostCheck check : checks) {
            switch (format) {
                case TEXT ->
                    out.printf("%-8s %-25s %s — %s%n", check.status(), check.name(), check.purpose(), check.detail());
                case NDJSON -> out.print(json(check));
            }
        }
        long missing = checks.stream()
                .filter(check -> !check.present() && check.need() != Need.TESTS)
                .count();
        long absent = checks.stream().filter(check -> !check.present()).count() - missing;
        switch (format) {
            case TEXT ->
                out.println(
                        missing > 0
                                ? missing + " missing: 'jkprobes demo' will not run"
                                : "jkprobes can run"
                                        + (absent > 0 ? "; its tests would leave some out" : ", and all its tests"));
            case NDJSON ->
                out.print(new JsonLine()
                        .object()
                        .field("type", "summary")
                        .object("data")
                        .field("missing", missing)
                        .field("absent", absent)
                        .endObject()
                        .endObject()
                        .line());
        }
        out.flush();
        return missing > 0 ? ExitCode.USER_ERROR : ExitCode.OK;
    }

    private static String json(HostCheck check) {
        return new JsonLine()
                .object()
                .field("type", "check")
                .object("data")
                .field("name", check.name())
                .field("status", check.status())
                .field("detail", check.detail())
                .field("purpose", check.purpose())
                .endObject()
                .endObject()
                .line();
    }
}
