package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.YamonBoot;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.target.EveryInstructionProbed;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A board at work, with a probe on every instruction of its guest and without any: equal state at equal instruction counts. */
class ProbedBoardTest {
    private static final long SEED = 20261121;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_busy_guest(boolean optimized) {
        BusyGuest alone = BusyGuest.booted();
        BusyGuest probed = BusyGuest.booted();
        try (EveryInstructionProbed probes =
                new EveryInstructionProbed(probed.malta.cpu(), 0x80000000L, 0x800010b8L, optimized)) {
            compare(alone.machine, probed.machine, 300_000, 5_000);
            assertThat(probes.before()).isGreaterThan(200_000);
            // The interrupt handler changes s7, so that a hit on its way through a refill may not be known again.
            assertThat(probes.before() - probes.after() - probes.lost()).isBetween(0L, 8L);
            assertThat(probes.lost()).isLessThan(50);
        }
    }

    /** The serial port asks for an interrupt at once when it is told to: while the store that tells it so is stepped. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_interrupt_that_a_stepped_store_raises(boolean optimized) {
        Malta alone = askingPort();
        Malta probed = askingPort();
        try (EveryInstructionProbed probes =
                new EveryInstructionProbed(probed.cpu(), 0x80000180L, 0x80001100L, optimized)) {
            compare(alone.machine(), probed.machine(), 2_000, 8);
            assertThat(probes.after()).isEqualTo(probes.before());
        }
        assertThat(alone.cpu().slot(23)).as("interrupts").isGreaterThan(50);
    }

    private static void compare(Machine alone, Machine probed, long instructions, int steps) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (long at = 0; at < instructions; at += 1 + random.nextInt(steps)) {
            assertThat(alone.run(at)).isEqualTo(Machine.Outcome.REACHED);
            assertThat(probed.run(at)).isEqualTo(Machine.Outcome.REACHED);
            assertThat(probed.stateHash()).as("after %d instructions", at).isEqualTo(alone.stateHash());
        }
    }

    private static Malta askingPort() {
        Malta malta = new Malta(BusyGuest.MEMORY, Mc146818.DEFAULT_START, ConsoleSink.NONE);
        YamonBoot.programBridge(malta.board());
        // The interrupt controller is set to end interrupts by itself once they are acknowledged.
        load(malta, 0x180, """
                addiu $s7, $s7, 1
                sb    $zero, 0x3f9($t9)
                lbu   $k0, 0x3fa($t9)
                lui   $k0, 0xbbe0
                lw    $k0, 0xc34($k0)     # the bridge's interrupt acknowledge
                eret
                """);
        load(malta, 0x1000, """
                      lui   $t9, 0xb800
                      li    $t0, 0x11
                      sb    $t0, 0x20($t9)
                      li    $t0, 0x20
                      sb    $t0, 0x21($t9)
                      li    $t0, 4
                      sb    $t0, 0x21($t9)
                      li    $t0, 3
                      sb    $t0, 0x21($t9)
                      li    $t0, 0xef
                      sb    $t0, 0x21($t9)
                      li    $t0, 8
                      sb    $t0, 0x3fc($t9)
                      li    $t0, 0x401
                      mtc0  $t0, $12
                      li    $t0, 2
                loop: sb    $t0, 0x3f9($t9)
                      addiu $s0, $s0, 1
                      addiu $s1, $s1, 1
                      addiu $s2, $s2, 1
                      b     loop
                      addiu $s3, $s3, 1
                """);
        malta.cpu().jump(0x80001000L);
        return malta;
    }

    private static void load(Malta malta, int physical, String text) {
        malta.load(physical, new MipsAssembler(0x80000000L + physical).add(text).littleEndianBytes());
    }
}
