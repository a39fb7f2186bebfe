package org.jkprobes.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jkprobes.cli.kernel.BootedGuest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A guest's shell on a terminal, as a user has it. */
@Tag("kernel")
class TerminalTest {
    private static final String PROMPT = "/root # ";
    /** The guest's kernel wakes up now and then, and a host's clock of CPU time is coarse. */
    private static final double MOST_CPU = 0.1;

    private static Command shell() throws Exception {
        String jkprobes = Command.quoted(Command.jkprobes(
                "012", "run", "--snapshot", BootedGuest.shellSnapshot().toString()));
        Command terminal = Command.onTerminal("stty -a; " + jkprobes + "; code=$?; echo; stty -a; exit $code");
        terminal.await(PROMPT, 0);
        return terminal;
    }

    /** What {@code stty -a} said before and after. */
    private static List<String> settings(Command ended) {
        Matcher matcher = Pattern.compile("(?s)speed \\d+ baud.*?-?echoke?[^\r\n]*(?:\r\n[ -][^\r\n]*)*")
                .matcher(ended.output());
        return matcher.results().map(found -> found.group().strip()).toList();
    }

    @Test
    void theShellWorksCtrlCIsTheGuestsAndAnIdleGuestCostsNothing() throws Exception {
        try (Command terminal = shell()) {
            int at = terminal.type("echo $((6*7))\r").await("\r\n42\r+\n", 0);
            // Each key is shown at once, by the guest.
            at = terminal.type("ech").await("ech", at);
            at = terminal.type("o x\u007fy\r").await("\r\ny\r+\n", at);
            at = terminal.type("sleep 1000\r").await("sleep 1000\r+\n", at);
            Thread.sleep(300);
            at = terminal.type("\u0003").await("\\^C", at);
            at = terminal.type("echo =$?=\r").await("=130=", at); // 128 + SIGINT
            terminal.await(PROMPT, at);
            assertThat(terminal.leastCpuShare()).isLessThan(MOST_CPU);
            // Time passes in an idle guest as it does here; a busy one may be slower.
            double before = uptime(terminal);
            Thread.sleep(2000);
            assertThat(uptime(terminal) - before).isBetween(1.0, 8.0);
            terminal.type("poweroff -f\r");
            assertThat(terminal.exitCode()).isZero();
            assertThat(terminal.output()).contains("power-off after ");
            assertThat(settings(terminal)).hasSize(2);
            assertThat(settings(terminal).getLast())
                    .isEqualTo(settings(terminal).getFirst())
                    .contains("isig icanon iexten echo ");
        }
    }

    /** In s. */
    private static double uptime(Command terminal) throws Exception {
        int from = terminal.output().length();
        int to = terminal.type("cut -d' ' -f1 /proc/uptime\r").await("\r\n\\d+\\.\\d\\d\r+\n", from);
        terminal.await(PROMPT, to);
        return Double.parseDouble(terminal.output().substring(from, to).strip().replaceAll("(?s).*\n", ""));
    }

    @Test
    void ctrlRightBracketEndsTheRunOfAnIdleGuest() throws Exception {
        try (Command terminal = shell()) {
            terminal.type("\u001d");
            assertThat(terminal.exitCode()).isZero();
            assertThat(terminal.output()).contains("stopped after ");
            assertThat(settings(terminal).getLast())
                    .isEqualTo(settings(terminal).getFirst());
        }
    }

    @Test
    void aSignalRestoresTheTerminalToo() throws Exception {
        try (Command terminal = shell()) {
            assertThat(terminal.jvm().destroy()).isTrue();
            assertThat(terminal.exitCode()).isEqualTo(143); // 128 + SIGTERM
            assertThat(settings(terminal).getLast())
                    .isEqualTo(settings(terminal).getFirst());
        }
    }

    /** Stdin is a pipe that has ended: the guest's shell goes on waiting, at no cost. */
    @Test
    void theEndOfInputDoesNotEndTheRun() throws Exception {
        List<String> command = Command.jkprobes(
                "", "run", "--snapshot", BootedGuest.shellSnapshot().toString());
        try (Command run = Command.start(Map.of(), command)) {
            run.type("echo $((6*7))\n").endInput();
            run.await(PROMPT, run.await("\r\n42\r\n", 0));
            assertThat(run.leastCpuShare()).isLessThan(MOST_CPU);
            assertThat(run.isAlive()).isTrue();
        }
    }
}
