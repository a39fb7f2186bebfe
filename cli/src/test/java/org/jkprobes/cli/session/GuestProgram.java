package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs for x86-64 guests, without a C library. */
final class GuestProgram {
    private GuestProgram() {}

    /** Of a source in {@code src/test/guest}, with more options. */
    static Path build(Path folder, String source, String... options) throws Exception {
        Path program = folder.resolve(source.replace(".c", ""));
        List<String> command = new ArrayList<>(
                List.of("gcc", "-O2", "-static", "-no-pie", "-nostdlib", "-ffreestanding", "-fno-stack-protector"));
        command.addAll(List.of(options));
        command.addAll(List.of("-o", program.toString(), "src/test/guest/" + source));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        return program;
    }
}
