package org.jkprobes.machine.board.pc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** QEMU's PC, its CPU stopped and its virtual clock at 0, driven port by port through the qtest protocol on its standard input and output. */
final class QemuPc implements AutoCloseable {
    static final List<String> COMMON = List.of(
            "qemu-system-x86_64",
            "-M",
            "pc,hpet=off,vmport=off,smm=off,usb=off",
            "-cpu",
            "qemu64",
            "-m",
            "256",
            "-nodefaults",
            "-display",
            "none",
            "-icount",
            "shift=3,sleep=off",
            "-rtc",
            "base=2026-01-01T00:00:00,clock=vm",
            "-serial",
            "null");

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter commands;

    QemuPc() throws IOException {
        List<String> line = new ArrayList<>(COMMON);
        line.addAll(List.of("-S", "-qtest", "stdio", "-qtest-log", "none"));
        process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(US_ASCII);
        commands = new PrintWriter(process.outputWriter(US_ASCII), true);
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

    long in(int port, int size) {
        return value(command("in" + suffix(size) + " 0x" + Integer.toHexString(port)));
    }

    private static long value(String answer) {
        return Long.decode(answer.substring(3));
    }

    void out(int port, int size, long value) {
        command("out" + suffix(size) + " 0x" + Integer.toHexString(port) + " 0x" + Long.toHexString(value));
    }

    long load(long physical) {
        return value(command("readl 0x" + Long.toHexString(physical)));
    }

    void store(long physical, long value) {
        command("writel 0x" + Long.toHexString(physical) + " 0x" + Long.toHexString(value));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
