package org.jkprobes.machine.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Report;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest changes the instruction under a probe: it executes what it has written, and the probe stays. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class PatchedTextTest {
    private static final long MAIN = 0x80001000L;
    /** On a page of its own. */
    private static final long PATCHED = 0x80002000L;

    private final Malta malta = new Malta(new MaltaMemory(4 << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
    private final Kprobes kprobes = Kprobes.on(new MipsTarget(malta.cpu(), Symbols::none));
    private final List<Long> hits = new ArrayList<>();

    PatchedTextTest(boolean optimized) {
        kprobes.optimize(optimized);
    }

    private void assemble(long address, String text) {
        malta.load(address & 0x1fffffff, new MipsAssembler(address).add(text).littleEndianBytes());
    }

    /** Calls what is to be patched with v0 = 0, patches it with the instructions given, calls it again with v1 = 0. */
    private void run(String patched, String patch) {
        assemble(MAIN, """
                      li    $s0, 0x80002000
                      jalr  $s0
                      li    $v0, 0
                      move  $s1, $v0
                %s
                      jalr  $s0
                      li    $v0, 0
                      move  $s2, $v0
                end:  b     end
                      nop
                """.formatted(patch));
        assemble(PATCHED, patched + """

                      jr    $ra
                      nop
                """);
        malta.cpu().jump(MAIN);
    }

    private Kprobe plant() {
        Kprobe probe = Kprobe.at(PATCHED)
                .pre((p, regs) -> {
                    hits.add(regs.get("v0"));
                    return 0;
                })
                .post((p, regs, flags) -> hits.add(regs.get("v0")))
                .build();
        kprobes.register(probe);
        return probe;
    }

    @Test
    void a_word() {
        run("addiu $v0, $v0, 1", """
                lui   $t0, 0x2442         # addiu v0, v0, 16
                ori   $t0, $t0, 16
                sw    $t0, 0($s0)
                """);
        plant();
        malta.machine().run(100);
        assertThat(hits).containsExactly(0L, 1L, 0L, 16L);
        assertThat(malta.cpu().slot(17)).isEqualTo(1);
        assertThat(malta.cpu().slot(18)).isEqualTo(16);
    }

    @Test
    void a_byte_of_it() {
        run("addiu $v0, $v0, 1", """
                li    $t0, 2
                sb    $t0, 1($s0)
                """);
        plant();
        malta.machine().run(100);
        assertThat(hits).containsExactly(0L, 1L, 0L, 0x201L);
    }

    @Test
    void without_having_executed_the_page() {
        run("addiu $v0, $v0, 1", "nop");
        assemble(MAIN, """
                      li    $s0, 0x80002000
                      lui   $t0, 0x2442
                      sw    $t0, 0($s0)         # the soft TLB may know the page from here on
                      ori   $t0, $t0, 16
                      sw    $t0, 0($s0)
                      jalr  $s0
                      li    $v0, 0
                end:  b     end
                      nop
                """);
        plant();
        malta.machine().run(100);
        assertThat(hits).containsExactly(0L, 16L);
    }

    @Test
    void into_a_branch_and_a_system_instruction() {
        run("addiu $v0, $v0, 1", """
                lui   $t0, 0x1000         # b over the next two
                ori   $t0, $t0, 2
                sw    $t0, 0($s0)
                lui   $t0, 0x2442
                ori   $t0, $t0, 16
                sw    $t0, 4($s0)         # its slot
                lui   $t0, 0x03e0
                ori   $t0, $t0, 8
                sw    $t0, 12($s0)        # jr ra
                sw    $zero, 16($s0)
                """);
        plant();
        malta.machine().run(100);
        assertThat(hits).containsExactly(0L, 1L, 0L, 0L);
        assertThat(malta.cpu().slot(18)).isEqualTo(16);
    }

    @Test
    void into_no_instruction_and_the_probe_is_gone() {
        List<Report> reports = new ArrayList<>();
        kprobes.onReport(reports::add);
        run("addiu $v0, $v0, 1", """
                li    $t0, 0x0000002c     # reserved
                sw    $t0, 0($s0)
                """);
        Kprobe probe = plant();
        malta.machine().run(100);
        assertThat(hits).containsExactly(0L, 1L);
        assertThat(probe.gone()).isTrue();
        assertThat(reports).extracting(Report::kind).containsExactly(Report.Kind.GONE);
        assertThat(kprobes.target().text().armed(PATCHED)).isFalse();
    }

    @Test
    void by_a_handler() {
        run("addiu $v0, $v0, 1", "nop");
        Kprobe writer = Kprobe.at(MAIN + 4 * 4)
                .pre((p, regs) -> {
                    kprobes.target().memory().writeInt(PATCHED, 0x24420010);
                    return 0;
                })
                .build();
        kprobes.register(writer);
        plant();
        malta.machine().run(100);
        assertThat(hits).containsExactly(0L, 1L, 0L, 16L);
    }

    @Test
    void memory_beside_it() {
        run("addiu $v0, $v0, 1", "sw $s0, 0x800($s0)");
        Kprobe probe = plant();
        malta.machine().run(100);
        assertThat(hits).containsExactly(0L, 1L, 0L, 1L);
        kprobes.unregister(probe);
        assertThat(kprobes.target().memory().writeInt(PATCHED, 0)).isTrue();
    }
}
