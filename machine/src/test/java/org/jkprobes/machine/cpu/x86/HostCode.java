package org.jkprobes.machine.cpu.x86;

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

/** The CPU of the computer the tests run on, behind the program hostcode.c. */
final class HostCode {
    private final Path program;

    private HostCode(Path program) {
        this.program = program;
    }

    /** Compiles the program with gcc into a folder. */
    static HostCode compile(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("hostcode.c");
        Path program = folder.resolve("hostcode");
        try (InputStream in = Objects.requireNonNull(HostCode.class.getResourceAsStream("hostcode.c"))) {
            Files.copy(in, source);
        }
        Process gcc = new ProcessBuilder(
                        "gcc",
                        "-O2",
                        "-pie",
                        "-fPIE",
                        "-fno-stack-protector",
                        "-o",
                        program.toString(),
                        source.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (gcc.waitFor() != 0) {
            throw new IOException(said);
        }
        return new HostCode(program);
    }

    /** Runs the cases and gives what they end in, in the same order. */
    List<CodeCase> run(List<CodeCase> cases) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread feeder = Thread.ofPlatform().start(() -> feed(process, cases));
        List<CodeCase> results = new ArrayList<>(cases.size());
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 20))) {
            for (int i = 0; i < cases.size(); i++) {
                CodeCase result = new CodeCase(0);
                in.readFully(result.bytes.array());
                results.add(result);
            }
        }
        feeder.join();
        process.waitFor();
        return results;
    }

    private static void feed(Process process, List<CodeCase> cases) {
        try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), 1 << 20)) {
            for (CodeCase one : cases) {
                out.write(one.bytes.array());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
