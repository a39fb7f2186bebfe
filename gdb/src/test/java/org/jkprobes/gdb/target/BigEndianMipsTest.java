package org.jkprobes.gdb.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.gdb.client.StubAddress;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MIPS with the most significant byte first, of which Debian has no kernel: a program without one, on QEMU. */
@Tag("oracle")
class BigEndianMipsTest {
    private static final int HITS = 100;
    private static final long WORD = 0x01020304;
    private static final int RETURN = 0x03e00008;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "mips, mips-linux-gnu-gcc -mips32r2 -mabi=32, qemu-system-mips -cpu 24Kc, 80",
        "mips64, mips64-linux-gnuabi64-gcc -mabi=64 -msym32, qemu-system-mips64 -cpu MIPS64R2-generic, ffffffff80",
    })
    @Timeout(60)
    void argumentsReturnValuesMemoryAndSteps(String name, String compiler, String qemu, String segment)
            throws Exception {
        long function = Long.parseUnsignedLong(segment + "110000", 16);
        long word = Long.parseUnsignedLong(segment + "120000", 16);
        GuestArchitecture architecture = Architectures.named(name).orElseThrow();
        Process process = start(qemu, build(compiler, segment));
        List<Long> first = new ArrayList<>();
        List<Long> words = new ArrayList<>();
        List<Long> results = new ArrayList<>();
        List<Long> after = new ArrayList<>();
        List<Long> left = new ArrayList<>();
        try (GdbTarget target = new GdbTarget(
                Stub.attach(new StubAddress.Unix(folder.resolve("gdb")), Duration.ofSeconds(20)),
                architecture,
                Symbols::none)) {
            Kprobes kprobes =
                    architecture.port().map(port -> Kprobes.on(target, port)).orElseGet(() -> Kprobes.on(target));
            kprobes.register(Kprobe.at(function)
                    .pre((probe, regs) -> {
                        first.add(kprobes.argument(regs, 0));
                        assertThat(kprobes.argument(regs, 1)).isEqualTo(WORD);
                        words.add((long) target.memory().readInt(word, 0));
                        assertThat(target.memory().readByte(word, 0)).isEqualTo(1);
                        return 0;
                    })
                    .post((probe, regs, flags) -> after.add(regs.pc()))
                    .build());
            kprobes.register(Kprobe.at(leave(target, function))
                    .pre((probe, regs) -> {
                        left.add((long) target.memory().readInt(word, 0));
                        return 0;
                    })
                    .build());
            kprobes.register(Kretprobe.at(function)
                    .handler((call, regs) -> results.add(kprobes.returnValue(regs)))
                    .build());
            assertThat(target.run(() -> results.size() == HITS)).isEqualTo(GdbTarget.Outcome.STOPPED);
            target.detach();
        } finally {
            process.destroyForcibly();
        }
        assertThat(first).isEqualTo(LongStream.rangeClosed(1, HITS).boxed().toList());
        assertThat(words)
                .isEqualTo(LongStream.range(0, HITS).map(i -> WORD + i).boxed().toList());
        assertThat(left)
                .isEqualTo(LongStream.rangeClosed(1, HITS)
                        .map(i -> WORD + i)
                        .boxed()
                        .toList());
        assertThat(results)
                .isEqualTo(LongStream.rangeClosed(1, HITS)
                        .map(i -> WORD - i)
                        .boxed()
                        .toList());
        assertThat(after).hasSize(HITS).containsOnly(function + 4);
    }

    /** Where the function returns. */
    private static long leave(GdbTarget target, long function) {
        long at = function;
        while (target.memory().readInt(at, RETURN) != RETURN) {
            at += 4;
        }
        return at;
    }

    private Path build(String compiler, String segment) throws Exception {
        Path program = folder.resolve("calls");
        List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
        command.addAll(List.of("-O1", "-ffreestanding", "-nostdlib", "-static", "-mno-abicalls", "-fno-pic", "-G0"));
        command.addAll(List.of("-Wl,--build-id=none", "-Wl,-e,_start", "-Wl,-Ttext=0x" + segment + "100000"));
        command.addAll(List.of(
                "-Wl,--section-start=.start=0x" + segment + "108000",
                "-Wl,--section-start=.called=0x" + segment + "110000",
                "-Wl,--section-start=.word=0x" + segment + "120000",
                "-o",
                program.toString(),
                "src/test/guest/calls.c"));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        return program;
    }

    private Process start(String qemu, Path program) throws Exception {
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        command.addAll(List.of(qemu.split(" ")));
        command.addAll(List.of("-M", "malta", "-kernel", program.toString(), "-nodefaults", "-display", "none", "-S"));
        Path socket = folder.resolve("gdb");
        command.addAll(List.of("-gdb", "unix:" + socket + ",server=on,wait=off"));
        Process process = new ProcessBuilder(command).inheritIO().start();
        for (int i = 0; i < 2000 && !Files.exists(socket) && process.isAlive(); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return process;
    }
}
