package org.jkprobes.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jkprobes.cli.session.MachineSession;
import picocli.CommandLine;

/** {@code jkprobes run}, carried out by its class in this JVM: its exit code, and what it wrote. */
public record CommandRun(int exitCode, String out, String err) {
    /** Runs it with nothing on stdin. */
    public static CommandRun of(String... arguments) {
        return typed("", arguments);
    }

    /** Runs it with {@code keys} on stdin, which then ends. */
    public static CommandRun typed(String keys, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        MachineSession session =
                MachineSession.reading(new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8)));
        int exitCode = Main.configured(new CommandLine(new RunCommand(new Run(session, out, err))))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
        return new CommandRun(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    public List<String> outLines() {
        return out.lines().toList();
    }

    public List<String> errLines() {
        return err.lines().toList();
    }
}
