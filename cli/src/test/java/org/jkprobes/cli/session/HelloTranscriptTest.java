package org.jkprobes.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jkprobes.Jprobe;
import org.jkprobes.Kprobe;
import org.jkprobes.Kretprobe;
import org.jkprobes.cli.Guest;
import org.jkprobes.module.ProbeModules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The article's example on real kernels: a module with a function to debug, a module (of ours, in Java) that places the probe, a module
 * that calls the function. The transcript has the article's parts in the article's order.
 */
@Tag("kernel")
@Tag("oracle")
class HelloTranscriptTest {
    private static final Path PROBE = Path.of("..", "examples", "hello", "HelloProbe.java");

    private static String find(List<String> lines, String pattern) {
        return lines.stream()
                .map(Pattern.compile(pattern)::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(pattern + " is not in\n" + String.join("\n", lines)));
    }

    /** Without the kernel's time stamps, the shell's lines, and carriage returns. */
    private static List<String> said(ShellGuest guest) {
        return guest.transcript().stream()
                .map(line -> line.replaceFirst("^\\[ *\\d+\\.\\d+\\] (\\w+: (?=From|Keeping|Calling))?", ""))
                .filter(line -> line.matches(
                        "(Keeping|Inserting|Address|Calling|Before|This|The reg|[er]ax|eflags|After|From).*"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void theArticlesTranscript(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, optimized);
        ProbeModules modules = guest.modules();
        String r = architecture == Guest.I386 ? "e" : "r";

        guest.shell("insmod /first.ko");
        modules.load(PROBE);
        guest.shell("insmod /call.ko");

        List<String> said = said(guest);
        String address = find(said, "kernel address ([0-9a-f]+)");
        String registers = "%sax=[0-9a-f]+, %sbx=[0-9a-f]+, %scx=[0-9a-f]+, %sdx=[0-9a-f]+".replace("%s", r);
        String flags = "eflags=[0-9a-f]+, " + r + "sp=[0-9a-f]+";
        List<String> parts = List.of(
                "Keeping the function to debug at the kernel address " + address,
                "Inserting the kprobes",
                "Address where the kprobe is going to be inserted - " + address,
                "Calling the function",
                "Before hook",
                "This is the Kprobe pre handler for instruction at " + address,
                "The registers are:",
                registers,
                flags,
                "After hook",
                "This is the Kprobe post handler for instruction at " + address,
                "The registers are:",
                registers,
                flags,
                "From the function - hello_to_debug");
        assertThat(said).hasSameSizeAs(parts);
        for (int i = 0; i < parts.size(); i++) {
            assertThat(said.get(i)).matches(parts.get(i));
        }

        modules.unload("HelloProbe");
        guest.shell("rmmod call; insmod /call.ko");
        assertThat(said(guest).subList(parts.size(), parts.size() + 2))
                .containsExactly("Calling the function", "From the function - hello_to_debug");
        assertThat(said(guest)).hasSize(parts.size() + 2);
    }

    /** Registered before the module is there; gone with it. */
    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void pendingFiresAndIsGone(Guest architecture, boolean optimized) throws Exception {
        ShellGuest guest = ShellGuest.of(architecture, optimized);
        List<String> events = new ArrayList<>();
        Kprobe probe = guest.kprobes()
                .register(Kprobe.at("first:hello_to_debug")
                        .pending()
                        .pre((p, regs) -> {
                            events.add("pre");
                            return 0;
                        })
                        .build());
        Jprobe jprobe = guest.kprobes()
                .register(Jprobe.at("hello_to_debug")
                        .pending()
                        .entry(ignored -> events.add("jprobe"))
                        .build());
        Kretprobe<?> kretprobe = guest.kprobes()
                .register(Kretprobe.at("first:hello_to_debug")
                        .pending()
                        .handler((call, regs) ->
                                events.add("returned " + guest.kprobes().returnValue(regs)))
                        .build());
        assertThat(List.of(probe, jprobe.kprobe(), kretprobe.kprobe())).allMatch(Kprobe::pending);

        guest.shell("insmod /first.ko");
        assertThat(List.of(probe, jprobe.kprobe(), kretprobe.kprobe())).allMatch(Kprobe::enabled);
        guest.shell("insmod /call.ko; rmmod call");
        assertThat(events).containsExactly("pre", "jprobe", "returned 0");

        guest.shell("rmmod first");
        assertThat(probe.gone()).isTrue();
        assertThat(jprobe.kprobe().gone()).isTrue();
        assertThat(kretprobe.kprobe().gone()).isTrue();
        assertThat(guest.shell("insmod /first.ko; insmod /call.ko")).contains("From the function");
        assertThat(events).hasSize(3);
    }
}
