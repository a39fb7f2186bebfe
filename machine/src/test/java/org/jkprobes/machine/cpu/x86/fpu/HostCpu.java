package org.jkprobes.machine.cpu.x86.fpu;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The CPU of the computer the tests run on, behind the program hostcpu.c. */
final class HostCpu {
    private static final int SIGNAL = 0;

    private final Path program;

    private HostCpu(Path program) {
        this.program = program;
    }

    /** Compiles the program with gcc into a folder. */
    static HostCpu compile(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("hostcpu.c");
        Path program = folder.resolve("hostcpu");
        try (InputStream in = Objects.requireNonNull(HostCpu.class.getResourceAsStream("hostcpu.c"))) {
            Files.copy(in, source);
        }
        Process gcc = new ProcessBuilder("gcc", "-O1", "-no-pie", "-o", program.toString(), source.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (gcc.waitFor() != 0) {
            throw new IOException(said);
        }
        return new HostCpu(program);
    }

    /** Whether the CPU is Intel's. */
    static boolean isIntel() throws IOException {
        return Files.readString(Path.of("/proc/cpuinfo")).contains("GenuineIntel");
    }

    /** Runs the cases, all with a memory operand of the same size, and gives their results in the same order. */
    List<FpuCase> run(List<FpuCase> cases, int memory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), Integer.toString(memory))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread feeder = Thread.ofPlatform().start(() -> feed(process, cases));
        List<FpuCase> results = new ArrayList<>(cases.size());
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 20))) {
            for (int i = 0; i < cases.size(); i++) {
                FpuCase result = new FpuCase(memory);
                in.readFully(result.bytes.array());
                results.add(result);
            }
        }
        feeder.join();
        process.waitFor();
        return results;
    }

    private static void feed(Process process, List<FpuCase> cases) {
        try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), 1 << 20)) {
            for (FpuCase one : cases) {
                out.write(one.bytes.array());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The signal a case ended with, 0 if none. */
    static int signal(FpuCase result) {
        return result.bytes.get(SIGNAL);
    }
}
