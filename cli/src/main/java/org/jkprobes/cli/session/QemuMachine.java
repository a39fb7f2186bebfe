package org.jkprobes.cli.session;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.UserError;

/**
 * The machine of QEMU's that is most like ours.
 *
 * @param program QEMU's binary
 * @param debian the Debian package it is in
 * @param board what it is told of board and CPU
 */
record QemuMachine(String program, String debian, List<String> board) {
    static QemuMachine of(Guest guest, int cpus) {
        List<String> board = new ArrayList<>();
        switch (guest) {
            case MIPSEL -> board.addAll(List.of("-M", "malta", "-cpu", cpus > 1 ? "34Kf" : "24Kc"));
            case I386 -> board.addAll(List.of("-M", "pc", "-cpu", "qemu32"));
            case X86_64 -> board.addAll(List.of("-M", "pc", "-cpu", "qemu64"));
        }
        board.addAll(List.of("-smp", Integer.toString(cpus)));
        return switch (guest) {
            case MIPSEL -> new QemuMachine("qemu-system-mipsel", "qemu-system-mips", board);
            case I386 -> new QemuMachine("qemu-system-i386", "qemu-system-x86", board);
            case X86_64 -> new QemuMachine("qemu-system-x86_64", "qemu-system-x86", board);
        };
    }

    /** @throws UserError if it is not installed, naming the package */
    void requireInstalled() {
        if (onPath(program).isEmpty()) {
            throw new UserError("--qemu needs " + program + ", which is not installed: apt install " + debian);
        }
    }

    private static Optional<Path> onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Starts it, stopped before its first instruction. It ends when this thread does, however that comes about. */
    QemuProcess start(RunOptions options, Path kernel, Path initrd, String commandLine, Path socket)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (onPath("setpriv").isPresent()) {
            command.addAll(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        }
        command.add(program);
        command.addAll(board);
        command.addAll(List.of(
                "-m",
                Integer.toString(options.memoryMib()),
                "-kernel",
                kernel.toString(),
                "-initrd",
                initrd.toString(),
                "-append",
                commandLine,
                "-nodefaults",
                "-display",
                "none",
                "-serial",
                "stdio",
                "-no-reboot",
                "-S",
                "-gdb",
                "unix:" + socket + ",server=on,wait=off"));
        return new QemuProcess(new ProcessBuilder(command).start());
    }
}
