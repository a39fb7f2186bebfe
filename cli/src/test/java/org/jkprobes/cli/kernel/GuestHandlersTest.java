package org.jkprobes.cli.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.LossCause;
import org.jkprobes.Report;
import org.jkprobes.cli.Guest;
import org.jkprobes.cli.session.ShellGuest;
import org.jkprobes.module.ProbeModules;
import org.jkprobes.target.GuestCalls.Aborted;
import org.jkprobes.target.GuestCalls.Returned;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fault handlers, break handlers and handlers that go wrong, on a real kernel: whatever they do, the guest goes on. */
@Tag("kernel")
@Tag("oracle")
@Timeout(300)
class GuestHandlersTest {
    /** Nothing is mapped there in any process. */
    private static final int UNMAPPED = 16;

    private static final String EFAULT = "-14";
    /** ExcCode of a load through an invalid TLB entry. */
    private static final int TLBL = 2;

    private static final int LW_V0_A0 = 0x8c820000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void guestGetsTheFaultThatIsNotHandled(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        assertThat(module.call("load " + UNMAPPED)).isEqualTo(EFAULT);
        List<Integer> traps = new ArrayList<>();
        List<String> order = new ArrayList<>();
        Kprobe probe = module.kprobes()
                .register(Kprobe.at("jk_load")
                        .pre((p, regs) -> {
                            order.add("pre");
                            return 0;
                        })
                        .post((p, regs, flags) -> order.add("post"))
                        .fault((p, regs, trapnr) -> {
                            order.add("fault");
                            traps.add(trapnr);
                            assertThat(regs.pc()).isEqualTo(p.address());
                            return 0;
                        })
                        .build());
        assertThat(module.call("load " + UNMAPPED)).isEqualTo(EFAULT);
        assertThat(order).containsExactly("pre", "fault");
        assertThat(traps).containsExactly(TLBL);
        assertThat(probe.hits()).isEqualTo(1);
        assertThat(module.kprobes().losses().count(probe, LossCause.FAULT)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void handledFaultIsTriedAgain(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        List<Long> after = new ArrayList<>();
        module.kprobes()
                .register(Kprobe.at("jk_load")
                        .post((p, regs, flags) -> after.add(regs.get("v0")))
                        .fault((p, regs, trapnr) -> {
                            regs.set("a0", p.address());
                            return 1;
                        })
                        .build());
        assertThat(module.call("load " + UNMAPPED))
                .as("the guest reads its own instruction, no breakpoint")
                .isEqualTo(Integer.toString(LW_V0_A0));
        assertThat(after).containsExactly(LW_V0_A0 & 0xffffffffL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void breakpointOfNobodyInAHandlersCall(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        List<Object> outcomes = new ArrayList<>();
        kprobes.register(Kprobe.at("jk_target")
                .pre((p, regs) -> {
                    outcomes.add(kprobes.call(regs, "jk_break", 41));
                    return 0;
                })
                .onBreak((p, regs) -> {
                    regs.pc(regs.pc() + 4);
                    return 1;
                })
                .build());
        assertThat(module.call("target 30")).isEqualTo("10");
        assertThat(outcomes).containsExactly(new Returned(42));
    }

    /** The kernel would die of it; the call is undone. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callsThatCannotFinish(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        List<Object> outcomes = new ArrayList<>();
        kprobes.register(Kprobe.at("jk_target")
                .pre((p, regs) -> {
                    outcomes.add(kprobes.call(regs, "jk_break", 41));
                    outcomes.add(kprobes.call(regs, "schedule"));
                    outcomes.add(kprobes.call(regs, "panic", p.address()));
                    return 0;
                })
                .build());
        assertThat(module.call("target 30")).isEqualTo("10");
        assertThat(outcomes)
                .hasSize(3)
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Aborted.class));
        assertThat(module.shell("echo alive")).isEqualTo("alive");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void handlerThatRunsForever(boolean optimized) throws Exception {
        ShellGuest module = ShellGuest.of(Guest.MIPSEL, optimized).inserted();
        Kprobes kprobes = module.kprobes();
        List<Report> reports = new CopyOnWriteArrayList<>();
        kprobes.onReport(reports::add);
        kprobes.handlerLimit(Duration.ofMillis(300));
        Path source = Files.writeString(folder.resolve("Forever.java"), """
                import org.jkprobes.Kprobe;
                import org.jkprobes.Kprobes;
                import org.jkprobes.module.ProbeModule;

                public final class Forever implements ProbeModule {
                    @Override
                    public void init(Kprobes kprobes) {
                        kprobes.register(Kprobe.at("jk_target").pre((probe, regs) -> {
                            for (long i = 0; ; i++) {}
                        }).build());
                    }
                }
                """);
        new ProbeModules(kprobes).load(source);
        assertThat(module.call("target 30")).isEqualTo("10");
        assertThat(reports)
                .extracting(Report::kind)
                .containsExactly(Report.Kind.HANDLER_OVERDUE, Report.Kind.HANDLER_FAILED);
        assertThat(module.call("target 60")).isEqualTo("20");
    }
}
