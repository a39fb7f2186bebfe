package org.jkprobes.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.Printk;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProbeModulesTest {
    private static final String HELLO = """
            import org.jkprobes.*;
            import org.jkprobes.module.ProbeModule;

            public class Hello implements ProbeModule {
                static final class Counter { int count; }

                private final Counter counter = new Counter();

                @Override
                public void init(Kprobes kprobes) {
                    kprobes.register(Kprobe.at("f").pre((p, regs) -> {
                        for (int i = 0; i < 3; i++) {
                            counter.count++;
                        }
                        p.kprobes().printk("count %d", counter.count);
                        return 0;
                    }).build());
                    kprobes.printk("planted");
                }

                @Override
                public void exit(Kprobes kprobes) {
                    kprobes.printk("bye");
                }
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    private final ToyMachine machine = machine();

    private static ToyMachine machine() {
        ToyMachine machine = new ToyMachine(1, Offer.REFERENCE);
        machine.function("f", 0x80001000L, "li $v0, 7\njr $ra\nnop");
        machine.function("main", 0x80002000L, "move $s1, $ra\njal 0x80001000\nnop\njr $s1\nnop");
        return machine;
    }

    private void run() {
        machine.cpus[0].start("main").run(100);
    }

    private static List<String> log(Kprobes kprobes) {
        return kprobes.printk().lines().stream().map(Printk.Line::text).toList();
    }

    private Path write(String name, String source) throws IOException {
        return Files.writeString(folder.resolve(name), source);
    }

    @Test
    void sourceFileIsCompiledRunAndUnloaded() throws IOException {
        try (Kprobes kprobes = Kprobes.on(machine);
                ProbeModules modules = new ProbeModules(kprobes)) {
            modules.load(write("Hello.java", HELLO));
            assertThat(modules.names()).containsExactly("Hello");
            run();
            run();
            modules.unload("Hello");
            run();
            assertThat(log(kprobes)).containsExactly("planted", "count 3", "count 6", "bye");
            assertThat(kprobes.list()).isEmpty();
            assertThatThrownBy(() -> modules.unload("Hello")).isInstanceOf(ModuleException.class);
        }
    }

    @Test
    void jarIsLoaded() throws IOException {
        Map<String, byte[]> classes = ModuleCompiler.compile(write("Hello.java", HELLO));
        assertThat(classes).containsKeys("Hello", "Hello$Counter");
        Path jar = folder.resolve("hello.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (Map.Entry<String, byte[]> one : classes.entrySet()) {
                entries.putNextEntry(new JarEntry(one.getKey() + ".class"));
                entries.write(one.getValue());
            }
        }
        try (Kprobes kprobes = Kprobes.on(machine);
                ProbeModules modules = new ProbeModules(kprobes)) {
            modules.load(jar);
            run();
            assertThat(log(kprobes)).containsExactly("planted", "count 3");
        }
        assertThat(machine.text.armedCount()).isZero();
    }

    @Test
    void endlessLoopOfAModuleIsEnded() throws IOException {
        Path file = write("Endless.java", """
                import org.jkprobes.*;
                public class Endless implements org.jkprobes.module.ProbeModule {
                    public void init(Kprobes kprobes) {
                        kprobes.register(Kprobe.at("f").pre((p, regs) -> { while (true) { } }).build());
                        kprobes.register(Kprobe.at("f+4").pre((p, regs) -> {
                            long i = 0;
                            do { i++; } while (i != -1);
                            return 0;
                        }).build());
                    }
                }
                """);
        try (Kprobes kprobes = Kprobes.on(machine);
                ProbeModules modules = new ProbeModules(kprobes)) {
            kprobes.handlerLimit(Duration.ofMillis(100));
            modules.load(file);
            run();
            assertThat(kprobes.list()).hasSize(2).noneMatch(Kprobe::enabled);
            assertThat(log(kprobes)).hasSize(4).allMatch(line -> line.contains("time limit"));
        }
    }

    @Test
    void failingInitLeavesNothing() {
        try (Kprobes kprobes = Kprobes.on(machine);
                ProbeModules modules = new ProbeModules(kprobes)) {
            Kprobe kept = kprobes.register(Kprobe.at("main").build());
            assertThatThrownBy(() -> modules.load(new ProbeModule() {
                        @Override
                        public void init(Kprobes scope) {
                            scope.register(Kprobe.at("f").build());
                            scope.register(Kretprobe.at("f").build());
                            scope.register(List.of(Kprobe.at("f+4").build()));
                            scope.register(Kprobe.at("nowhere").build());
                        }

                        @Override
                        public String name() {
                            return "failing";
                        }
                    }))
                    .isInstanceOf(ModuleException.class)
                    .hasMessageContaining("failing")
                    .hasMessageContaining("nowhere: ENOENT");
            assertThat(modules.names()).isEmpty();
            assertThat(kprobes.list()).containsExactly(kept);
            assertThat(machine.text.armedCount()).isEqualTo(1);
        }
    }

    @Test
    void badFilesAreOneClearLine() throws IOException {
        Path noModule = write("Empty.java", "public class Empty {}");
        Path wrong = write("Wrong.java", "public class Wrong {\n  int x = \"no\";\n}");
        Path noJar = write("broken.jar", "this is no jar");
        Path other = write("other.txt", "");
        Path argument = write("NeedsMore.java", """
                public class NeedsMore implements org.jkprobes.module.ProbeModule {
                    NeedsMore(int x) {}
                    public void init(org.jkprobes.Kprobes kprobes) {}
                }
                """);
        try (Kprobes kprobes = Kprobes.on(machine);
                ProbeModules modules = new ProbeModules(kprobes)) {
            for (Map.Entry<Path, String> bad : Map.of(
                            noModule,
                            "no class in it implements",
                            wrong,
                            "Wrong.java:2: ",
                            noJar,
                            "cannot be read as a jar",
                            other,
                            "a module is a .java or a .jar file",
                            argument,
                            "no constructor without parameters",
                            folder.resolve("absent.java"),
                            "no such file")
                    .entrySet()) {
                assertThatThrownBy(() -> modules.load(bad.getKey()))
                        .isInstanceOf(ModuleException.class)
                        .message()
                        .contains(bad.getValue(), bad.getKey().toString())
                        .doesNotContain("\n");
            }
        }
    }

    @Test
    void exitThatFailsStopsNothing() {
        try (Kprobes kprobes = Kprobes.on(machine);
                ProbeModules modules = new ProbeModules(kprobes)) {
            modules.load(new ProbeModule() {
                @Override
                public void init(Kprobes scope) {
                    scope.register(Kprobe.at("f").build());
                }

                @Override
                public void exit(Kprobes scope) {
                    throw new IllegalStateException("on purpose");
                }

                @Override
                public String name() {
                    return "m";
                }
            });
            modules.unload("m");
            assertThat(kprobes.list()).isEmpty();
            assertThat(log(kprobes)).singleElement().asString().contains("on purpose");
        }
    }
}
