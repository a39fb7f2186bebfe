package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Other people's programs, whose answers ours are compared with. */
final class Commands {
    private Commands() {}

    static byte[] run(byte[] input, String... command) throws IOException, InterruptedException {
        return run(Map.of(), input, command);
    }

    static byte[] run(Map<String, String> environment, byte[] input, String... command)
            throws IOException, InterruptedException {
        Path in = Files.createTempFile("in", "");
        Path out = Files.createTempFile("out", "");
        Path err = Files.createTempFile("err", "");
        try {
            Files.write(in, input);
            ProcessBuilder builder = new ProcessBuilder(List.of(command))
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            int exit = builder.start().waitFor();
            assertThat(exit)
                    .describedAs("%s: %s", List.of(command), Files.readString(err, StandardCharsets.ISO_8859_1))
                    .isZero();
            return Files.readAllBytes(out);
        } finally {
            for (Path file : List.of(in, out, err)) {
                Files.delete(file);
            }
        }
    }

    static List<String> lines(byte[] output) {
        return new String(output, StandardCharsets.UTF_8).lines().toList();
    }
}
