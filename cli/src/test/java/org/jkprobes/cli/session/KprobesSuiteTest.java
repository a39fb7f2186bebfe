package org.jkprobes.cli.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jkprobes.Jprobe;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.LossCause;
import org.jkprobes.cli.Guest;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Flow;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.TrapHook;
import org.jkprobes.target.GuestCalls.Returned;
import org.jkprobes.target.Memory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The nine cases of Linux's own suites ({@code lib/test_kprobes.c}; for jprobes {@code kernel/test_kprobes.c} of 4.12), written anew, on a
 * real kernel with a module of ours. Each by breakpoints and optimized.
 */
@Tag("kernel")
@Tag("oracle")
class KprobesSuiteTest {
    private static final int VALUE = 4321;
    private static final String THIRD = Integer.toString(VALUE / 3);
    private static final String BOTH = VALUE / 3 + " " + (VALUE / 3 + 1);

    /** What the handlers of one probe have seen. */
    private static final class Seen {
        final List<Long> pre = new ArrayList<>();
        final List<Long> post = new ArrayList<>();

        Kprobe on(String function) {
            return Kprobe.at(function)
                    .pre((probe, regs) -> {
                        pre.add(probe.kprobes().argument(regs, 0));
                        return 0;
                    })
                    .post((probe, regs, flags) -> post.add(regs.pc()))
                    .build();
        }

        void assertOne(Kprobe probe) {
            // The first instruction, on x86 a call for the function tracer.
            int length = probe.kprobes().target().architecture().equals("mips") ? 4 : 5;
            assertThat(pre).containsExactly((long) VALUE);
            assertThat(post).containsExactly(probe.address() + length);
            assertThat(probe.hits()).isEqualTo(1);
            assertThat(probe.nmissed()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void kprobe(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        Seen seen = new Seen();
        Kprobe probe = module.kprobes().register(seen.on("jk_target"));
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        assertThat(probe.optimized()).isEqualTo(optimized);
        seen.assertOne(probe);
        module.kprobes().unregister(probe);
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        seen.assertOne(probe);
    }

    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void kprobes(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        Seen first = new Seen();
        Seen second = new Seen();
        Kprobe one = first.on("jk_target");
        Kprobe two = second.on("jk_target2");
        module.kprobes().register(List.of(one, two));
        assertThat(module.call("targets " + VALUE)).isEqualTo(BOTH);
        first.assertOne(one);
        second.assertOne(two);
        assertThat(module.kprobes().unregister(List.of(one, two))).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void missed(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        Kprobe inner = kprobes.register(
                Kprobe.at("jk_recursion_target").pre((probe, regs) -> 0).build());
        List<Object> values = new ArrayList<>();
        kprobes.register(Kprobe.at("jk_target")
                .pre((probe, regs) -> {
                    values.add(kprobes.call(regs, "jk_recursion_target", 300));
                    return 0;
                })
                .post((probe, regs, flags) -> values.add(kprobes.call(regs, "jk_recursion_target", 600)))
                .build());
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        assertThat(values).containsExactly(new Returned(102), new Returned(202));
        assertThat(inner.hits()).isZero();
        assertThat(inner.nmissed()).isEqualTo(2);
        assertThat(kprobes.losses().count(inner, LossCause.REENTRANT)).isEqualTo(2);
    }

    private static final class Entered {
        private long argument;
    }

    private static Kretprobe<?> returns(Kprobes kprobes, String function, List<Long> seen) {
        return Kretprobe.at(function)
                .data(Entered::new)
                .entry((call, regs) -> {
                    call.data().argument = kprobes.argument(regs, 0);
                    return 0;
                })
                .handler((call, regs) -> {
                    seen.add(call.data().argument);
                    seen.add(kprobes.returnValue(regs));
                })
                .build();
    }

    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void kretprobe(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        List<Long> seen = new ArrayList<>();
        Kretprobe<?> probe = module.kprobes().register(returns(module.kprobes(), "jk_target", seen));
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        assertThat(seen).containsExactly((long) VALUE, VALUE / 3L);
        assertThat(probe.nmissed()).isZero();
        assertThat(probe.active()).isZero();
        module.kprobes().unregister(probe);
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        assertThat(probe.returns()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void kretprobes(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        List<Long> first = new ArrayList<>();
        List<Long> second = new ArrayList<>();
        module.kprobes().register(returns(module.kprobes(), "jk_target", first));
        module.kprobes().register(returns(module.kprobes(), "jk_target2", second));
        assertThat(module.call("targets " + VALUE)).isEqualTo(BOTH);
        assertThat(first).containsExactly((long) VALUE, VALUE / 3L);
        assertThat(second).containsExactly((long) VALUE, VALUE / 3L + 1);
    }

    /** The guest looks for its caller in its own stack trace: kretprobes do not change return addresses. */
    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void stackTraceOnKretprobe(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        assertThat(module.call("traced")).isEqualTo("1 3");
        List<Long> seen = new ArrayList<>();
        module.kprobes().register(returns(module.kprobes(), "jk_traced", seen));
        assertThat(module.call("traced")).isEqualTo("1 3");
        assertThat(seen).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void stackTraceOnNestedKretprobe(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        List<Long> inner = new ArrayList<>();
        List<Long> outer = new ArrayList<>();
        module.kprobes().register(returns(module.kprobes(), "jk_traced", inner));
        module.kprobes().register(returns(module.kprobes(), "jk_traced_nested", outer));
        assertThat(module.call("traced")).isEqualTo("1 3");
        assertThat(inner).hasSize(4).element(3).isEqualTo(1L);
        assertThat(outer).hasSize(2).element(1).isEqualTo(3L);
    }

    private static Jprobe arguments(String function, List<Long> seen) {
        return Jprobe.at(function).entry(value -> seen.add(value)).build();
    }

    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void jprobe(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        List<Long> seen = new ArrayList<>();
        Jprobe probe = module.kprobes().register(arguments("jk_target", seen));
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        assertThat(seen).containsExactly((long) VALUE);
        module.kprobes().unregister(probe);
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        assertThat(seen).hasSize(1);
    }

    /** The second one has eight parameters, four of them on the stack; its handler spoils all it can reach. */
    @ParameterizedTest
    @CsvSource({"MIPSEL, false", "MIPSEL, true", "I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void jprobes(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        List<Long> seen = new ArrayList<>();
        kprobes.register(arguments("jk_target", seen));
        kprobes.register(
                Jprobe.at("jk_target8").entry(new Mirror(kprobes), "enter").build());
        assertThat(module.call("target " + VALUE)).isEqualTo(THIRD);
        assertThat(module.call("eight 1")).isEqualTo(Long.toString(1 + 4 + 9 + 16 + 25 + 36 + 49 - 64));
        assertThat(seen).containsExactly((long) VALUE);
        assertThat(Mirror.seen).containsExactly(1, 2, 3, 4, 5, 6, 7, -8);
    }

    /** Functions with a variable number of arguments, which are on the stack on i386: called by a handler, and with a jprobe. */
    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void argumentsOnTheStack(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        Memory memory = kprobes.target().memory();
        List<Object> outcomes = new ArrayList<>();
        kprobes.register(Kprobe.at("jk_copy")
                .pre((probe, regs) -> {
                    long buffer = kprobes.argument(regs, 0);
                    long formats = kprobes.argument(regs, 1);
                    memory.write(formats, "%s: %d of %x, %c%c%c\0".getBytes(US_ASCII), 0, 21);
                    memory.write(formats + 64, "called\0".getBytes(US_ASCII), 0, 7);
                    outcomes.add(kprobes.callOnStack(
                            regs, "snprintf", buffer, 64, formats, formats + 64, -3, 0xbeef, 'a', 'b', 'c'));
                    outcomes.add(memory.readString(buffer, 64).orElseThrow());
                    memory.write(formats, "\0014jk: %d+%d\n\0".getBytes(US_ASCII), 0, 13);
                    outcomes.add(kprobes.callOnStack(regs, "_printk", formats, 40, 2));
                    return 0;
                })
                .build());
        assertThat(module.shell("echo copy 1 > /proc/jkprobes_test")).contains("jk: 40+2");
        String text = "called: -3 of beef, abc";
        assertThat(outcomes).containsExactly(new Returned(text.length()), text, new Returned("jk: 40+2".length()));

        List<String> seen = new ArrayList<>();
        kprobes.register(Jprobe.at("_printk")
                .asmlinkage()
                .entry(new Printed(seen), "enter")
                .build());
        module.shell("insmod /first.ko");
        assertThat(seen)
                .contains("\0014Keeping the function to debug at the kernel address %px\n "
                        + kprobes.symbols("hello_to_debug").getFirst().address());
    }

    /**
     * At instructions that Linux would boost, a jump behind the copy saving the second of two stops: an optimized hit has none, so that there
     * is nothing to gain.
     */
    @ParameterizedTest
    @CsvSource({"I386, false", "I386, true", "X86_64, false", "X86_64, true"})
    void stopsWhereLinuxBoosts(Guest architecture, boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(architecture, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        Symbol function = kprobes.symbols("jk_target8").getFirst();
        byte[] code = new byte[(int) function.size()];
        int read = kprobes.target().text().readOriginal(function.address(), code, 0, code.length);
        List<Kprobe> probes = new ArrayList<>();
        X86Mode mode = architecture == Guest.I386 ? X86Mode.BITS32 : X86Mode.BITS64;
        X86Instruction instruction = X86Decoder.decode(code, 0, read, mode);
        for (int at = 0; instruction.flow() != X86Flow.RETURN && instruction.flow() != X86Flow.JUMP; ) {
            if (instruction.canBoost()) {
                probes.add(
                        Kprobe.at(function.address() + at).pre((p, regs) -> 0).build());
            }
            at += instruction.length();
            instruction = X86Decoder.decode(code, at, read, mode);
        }
        kprobes.register(probes);
        ProbedCpu cpu = (ProbedCpu) module.machine().cpu();
        TrapHook hook = cpu.traps();
        int[] stops = new int[1];
        cpu.traps((TrapHook) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TrapHook.class}, (proxy, method, arguments) -> {
                    stops[0] += method.getName().equals("breakpoint") ? 1 : 0;
                    return method.invoke(hook, arguments);
                }));
        assertThat(module.call("eight 1")).isEqualTo(Long.toString(1 + 4 + 9 + 16 + 25 + 36 + 49 - 64));
        assertThat(probes).hasSizeGreaterThan(5).allMatch(probe -> probe.hits() == 1);
        assertThat(stops[0]).isEqualTo(optimized ? 0 : 2 * probes.size());
    }

    private record Printed(List<String> seen) {
        @SuppressWarnings("unused") // found by its name
        void enter(String format, long first) {
            seen.add(format + " " + first);
        }
    }

    private record Mirror(Kprobes kprobes) {
        private static final List<Integer> seen = new ArrayList<>();

        @SuppressWarnings("unused") // found by its name
        void enter(PtRegs regs, int a, int b, int c, int d, int e, int f, int g, int h) {
            seen.clear();
            seen.addAll(List.of(a, b, c, d, e, f, g, h));
            int word = kprobes.target().wordBytes();
            List<String> registers = switch (kprobes.target().architecture()) {
                case "mips" -> List.of("a0", "a1", "a2", "a3");
                case "i386" -> List.of("eax", "ecx", "edx");
                default -> List.of("rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
            };
            registers.forEach(name -> regs.set(name, 0x666));
            // Above what x86 returns by, or room for what is in registers.
            int first = registers.contains("a0") ? 4 : 1;
            for (int i = first; i < first + 4; i++) {
                kprobes.target().memory().writeInt(regs.stackPointer() + (long) i * word, 0x777);
            }
        }
    }
}
