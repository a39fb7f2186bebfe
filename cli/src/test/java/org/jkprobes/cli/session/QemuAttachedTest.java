package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.RunOptions;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.RunSummary;
import org.jkprobes.gdb.target.GdbTarget;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code run --gdb} on a guest that has been running for a while, of whose kernel nothing is known: MIPS, whose kernels name no data. */
@Tag("oracle")
@Tag("kernel")
@Timeout(200)
class QemuAttachedTest {
    private static final String WORKLOAD = "while true; do kill -0 70001; done 2> /dev/null";
    /** Of a search for the kernel and one for its modules, 17 MB each: about 3 s, but not on a machine that is busy. */
    private static final int SOON_SECONDS = 20;

    @SuppressWarnings("NullAway.Init")
    private static QemuGuest guest;

    @TempDir
    Path folder;

    @BeforeAll
    static void boot() {
        guest = new QemuGuest(QemuGuest.commands(Guest.MIPSEL, WORKLOAD, ProbeOptions.NONE), 1, new EventLog());
        GdbTarget target = guest.target(guest.connect());
        long place = guest.boot(target).find("find_vpid").orElseThrow().address();
        Kprobe probe = Kprobes.on(target).register(Kprobe.at(place).build());
        target.run(() -> probe.hits() > 5);
        target.detach();
    }

    @AfterAll
    static void end() {
        guest.close();
    }

    private static RunOptions options(List<ProbePoint> kprobes, List<Path> modules) {
        return QemuGuest.commands(
                Guest.MIPSEL,
                "",
                new ProbeOptions(kprobes, false, List.of(), List.of(), List.of(), modules, List.of(), true));
    }

    private static GdbSession session() {
        return GdbSession.at(guest.address().toString(), Optional.of("mipsel"));
    }

    @Test
    void anUnknownSymbolIsRefusedSoon() {
        long start = System.nanoTime();
        assertThatThrownBy(() ->
                        session().run(options(List.of(ProbePoint.parse("nothing_such")), List.of()), new EventLog()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no symbol nothing_such");
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(SOON_SECONDS);
    }

    @Test
    void aModuleInAJarIsLoadedAndUnloaded() throws Exception {
        EventLog log = new EventLog();
        GdbSession session = session();
        CompletableFuture<RunSummary> run =
                CompletableFuture.supplyAsync(() -> session.run(options(List.of(), List.of(jar())), log));
        while (log.events().size() < 4 && !run.isDone()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        session.quit();
        assertThat(run.get().end()).isEqualTo(RunSummary.End.STOPPED);
        assertThat(log.events()).startsWith("log looked up 70001", "log looked up 70001");
        assertThat(log.events().getLast()).isEqualTo("log seen " + (log.events().size() - 1));
    }

    private Path jar() {
        try {
            Path source = Files.writeString(folder.resolve("Looks.java"), """
                    public final class Looks implements org.jkprobes.module.ProbeModule {
                        private int seen;

                        @Override
                        public void init(org.jkprobes.Kprobes kprobes) {
                            kprobes.register(org.jkprobes.Kprobe.at("find_vpid").pre((probe, regs) -> {
                                seen++;
                                kprobes.printk("looked up %d", kprobes.argument(regs, 0));
                                return 0;
                            }).build());
                        }

                        @Override
                        public void exit(org.jkprobes.Kprobes kprobes) {
                            kprobes.printk("seen %d", seen);
                        }
                    }
                    """);
            String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            int status = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "-proc:none", "-cp", path, "-d", folder.toString(), source.toString());
            assertThat(status).isZero();
            Path jar = folder.resolve("looks.jar");
            try (OutputStream file = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(file);
                    Stream<Path> all = Files.list(folder)) {
                for (Path one :
                        all.filter(path1 -> path1.toString().endsWith(".class")).toList()) {
                    out.putNextEntry(new JarEntry(one.getFileName().toString()));
                    out.write(Files.readAllBytes(one));
                }
            }
            return jar;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
