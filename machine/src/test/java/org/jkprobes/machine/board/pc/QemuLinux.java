package org.jkprobes.machine.board.pc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * QEMU's PC started as {@link LinuxBoot} says: RAM filled from outside, the chips set up and the CPU brought to its start by a ROM of our own,
 * instruction by instruction as {@link PcFirmware} counts them.
 */
public final class QemuLinux {
    private final Path folder;
    private final LinuxBoot boot;

    public QemuLinux(Path folder, LinuxBoot boot) {
        this.folder = folder;
        this.boot = boot;
    }

    /** The ROM that hands over to the kernel. */
    static BiosCode rom(X86Start start) {
        BiosCode code = new BiosCode();
        code.firmware();
        code.handOver(start);
        return code;
    }

    /** The command that runs it, its serial port on standard output. */
    public List<String> command(String cpu, String... more) throws IOException {
        Path rom = folder.resolve("rom");
        Files.write(rom, rom(boot.start()).rom());
        List<String> command = new ArrayList<>(QemuPc.COMMON);
        command.set(command.indexOf("qemu64"), cpu);
        command.set(command.size() - 1, "stdio");
        command.addAll(List.of("-monitor", "none", "-no-reboot", "-bios", rom.toString()));
        int number = 0;
        for (LinuxBoot.Segment segment : boot.contents()) {
            Path file = folder.resolve("segment" + number++);
            Files.write(file, segment.bytes());
            command.addAll(List.of(
                    "-device",
                    "loader,force-raw=on,file=" + file + ",addr=0x" + Long.toHexString(segment.physicalAddress())));
        }
        command.addAll(List.of(more));
        return command;
    }

    /** Runs until it ends or says one of these; all that the guest has said. */
    String console(String cpu, Set<String> ends, int seconds) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command(cpu)).redirectErrorStream(true).start();
        Thread watch = Thread.ofVirtual().start(() -> {
            try {
                process.waitFor(seconds, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            process.destroyForcibly();
        });
        StringBuilder said = new StringBuilder();
        try (InputStream in = process.getInputStream()) {
            byte[] buffer = new byte[4096];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                said.append(new String(buffer, 0, n, ISO_8859_1));
                String now = said.toString();
                if (ends.stream().anyMatch(now::contains)) {
                    break;
                }
            }
        } catch (IOException e) {
            // Killed.
        }
        process.destroyForcibly();
        watch.join();
        return said.toString();
    }
}
