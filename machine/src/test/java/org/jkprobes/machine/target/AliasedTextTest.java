package org.jkprobes.machine.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One page of text at several addresses: a probe is at one of them. Freed kernel text may become a module's. */
class AliasedTextTest {
    private static final long PHYSICAL = 0x2000;
    private static final long UNMAPPED = 0x80002000L;
    private static final long UNCACHED = 0xa0002000L;
    private static final long MAPPED = 0xc0002000L;

    private final Malta malta = new Malta(new MaltaMemory(4 << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
    private final Kprobes kprobes = Kprobes.on(new MipsTarget(malta.cpu(), Symbols::none));

    private void assemble(long physical, long address, String text) {
        malta.load(physical, new MipsAssembler(address).add(text).littleEndianBytes());
    }

    /** Maps the page, calls it at all its addresses, unmaps it, and calls it where it is not mapped. */
    private void start() {
        assemble(PHYSICAL, UNMAPPED, """
                addiu $v0, $v0, 1
                jr    $ra
                addiu $v1, $v1, 1
                """);
        assemble(0x1000, 0x80001000L, """
                      mtc0  $zero, $12
                      mtc0  $zero, $5
                      mtc0  $zero, $0
                      lui   $t0, 0xc000
                      ori   $t0, $t0, 0x2000
                      mtc0  $t0, $10
                      li    $t0, 0x9f        # page 0x2000, global, valid, dirty
                      mtc0  $t0, $2
                      li    $t0, 0xdf
                      mtc0  $t0, $3
                      tlbwi
                      li    $s0, 0x80002000
                      li    $s1, 0xa0002000
                      li    $s2, 0xc0002000
                      jalr  $s0
                      nop
                      jalr  $s1
                      nop
                      jalr  $s2
                      nop
                ready: lui   $t0, 0x8000
                      mtc0  $t0, $10
                      tlbwi
                      jalr  $s0
                      nop
                end:  b     end
                      nop
                """);
        malta.cpu().jump(0x80001000L);
    }

    private Kprobe plant(long address) {
        Kprobe probe = Kprobe.at(address)
                .pre((p, regs) -> 0)
                .post((p, regs, flags) -> {})
                .build();
        kprobes.register(probe);
        return probe;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_probe_is_hit_at_its_own_address(boolean optimized) {
        kprobes.optimize(optimized);
        start();
        malta.machine().run(14);
        Kprobe mapped = plant(MAPPED);
        Kprobe first = plant(UNMAPPED);
        Kprobe second = plant(UNMAPPED + 8);
        Kprobe uncached = plant(UNCACHED + 4);
        malta.machine().run(100);
        assertThat(malta.cpu().slot(2)).isEqualTo(4);
        assertThat(malta.cpu().slot(3)).isEqualTo(4);
        assertThat(first.hits()).isEqualTo(2);
        assertThat(second.hits()).isEqualTo(2);
        assertThat(mapped.hits()).isEqualTo(1);
        assertThat(uncached.hits()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void probes_are_taken_away_when_their_address_is_mapped_no_more(boolean optimized) {
        kprobes.optimize(optimized);
        start();
        malta.machine().run(14);
        Kprobe mapped = plant(MAPPED);
        malta.machine().run(100);
        assertThat(malta.cpu().peek(MAPPED)).isNegative();
        assertThat(kprobes.unregister(mapped)).isTrue();
        assertThat(kprobes.target().text().armed(MAPPED)).isFalse();

        start();
        malta.machine().run(200);
        assertThat(malta.cpu().slot(2)).isEqualTo(8);
        assertThat(mapped.hits()).isEqualTo(1);
    }
}
