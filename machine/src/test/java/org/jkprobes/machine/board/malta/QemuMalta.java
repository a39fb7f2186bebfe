package org.jkprobes.machine.board.malta;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * QEMU's Malta, its CPU stopped and its virtual clock at 0, driven register by register through the qtest protocol on its standard
 * input and output.
 */
final class QemuMalta implements AutoCloseable {
    private static final String BINARY = "qemu-system-mipsel";
    private static final List<String> COMMON = List.of(
            BINARY,
            "-M",
            "malta",
            "-cpu",
            "24Kc",
            "-m",
            "256",
            "-nodefaults",
            "-display",
            "none",
            "-S",
            "-icount",
            "shift=3,sleep=off",
            "-rtc",
            "base=2026-01-01T00:00:00,clock=vm",
            "-serial",
            "null");

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter commands;
    private final String southbridge;

    private QemuMalta(String southbridge) throws IOException {
        this.southbridge = southbridge;
        process = start("-qtest", "stdio", "-qtest-log", "none");
        answers = process.inputReader(US_ASCII);
        commands = new PrintWriter(process.outputWriter(US_ASCII), true);
    }

    static QemuMalta start() throws IOException {
        Process probe = start("-monitor", "stdio");
        try (PrintWriter monitor = new PrintWriter(probe.outputWriter(US_ASCII), true)) {
            monitor.println("info qom-tree");
            monitor.println("quit");
            String tree = new String(probe.getInputStream().readAllBytes(), US_ASCII);
            Matcher bridge = Pattern.compile("(device\\[\\d+]) \\(piix4-isa\\)").matcher(tree);
            if (!bridge.find()) {
                throw new IOException("no PIIX4 in: " + tree);
            }
            return new QemuMalta("/machine/unattached/" + bridge.group(1));
        }
    }

    private static Process start(String... more) throws IOException {
        List<String> line = new ArrayList<>(COMMON);
        line.addAll(List.of(more));
        return new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private String command(String command) {
        commands.println(command);
        try {
            String answer = answers.readLine();
            if (answer == null || !answer.startsWith("OK")) {
                throw new IllegalStateException(command + ": " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static char suffix(int size) {
        return switch (size) {
            case 1 -> 'b';
            case 2 -> 'w';
            default -> 'l';
        };
    }

    long load(long physical, int size) {
        String answer = command("read" + suffix(size) + " 0x" + Long.toHexString(physical));
        return Long.decode(answer.substring(3));
    }

    void store(long physical, int size, long value) {
        command("write" + suffix(size) + " 0x" + Long.toHexString(physical) + " 0x" + Long.toHexString(value));
    }

    void isaInterrupt(int irq, boolean level) {
        command("set_irq_in " + southbridge + " isa " + irq + " " + (level ? 1 : 0));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
