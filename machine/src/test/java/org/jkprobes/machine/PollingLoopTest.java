package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jkprobes.HitRing;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.malta.YamonBoot;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;
import org.jkprobes.machine.target.MipsTarget;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits for the clock is where they would be without {@link PollingLoop}, which slices shorter than it looks at do without. */
@Timeout(120)
class PollingLoopTest {
    /** The clock's second ends after 125 million instructions, and is updated for 30 thousand before. */
    private static final long SECOND = 125_000_000;

    private static final int SHORT = 390;

    /** Waits for the end of each second. {@code STATUS} and {@code ALSO} stand for what else is done each time; $t2 is 0 before. */
    private static final String WAIT = """
                  lui   $t9, 0xb800
                  li    $t0, 10
                  li    $s2, 0x80002000
                  li    $s5, STATUS
                  mtc0  $s5, $12
            up:   sb    $t0, 0x70($t9)
                  lbu   $t1, 0x71($t9)
                  ALSO
                  andi  $t1, $t1, 0x80
                  beqz  $t1, up
                  li    $t2, 0
            down: sb    $t0, 0x70($t9)
                  lbu   $t1, 0x71($t9)
                  andi  $t1, $t1, 0x80
                  bnez  $t1, down
                  nop
                  addiu $s0, $s0, 1
                  b     up
                  nop
            """;

    /** Counts, and wants the next one in a tenth of a millisecond. */
    private static final String INTERRUPT = """
            mfc0  $k0, $9
            addiu $k0, $k0, 10000
            mtc0  $k0, $11
            addiu $s7, $s7, 1
            eret
            """;

    private static final String NO_INTERRUPTS = "0";
    private static final String TIMER = "0x8001";

    private static Malta guest(Engine engine, String status, String alsoDone) {
        Malta malta = new Malta(new MaltaMemory(4 << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
        YamonBoot.programBridge(malta.board());
        assemble(malta, 0x0180, INTERRUPT);
        assemble(malta, 0x1000, WAIT.replace("STATUS", status).replace("ALSO", alsoDone));
        malta.cpu().jump(0x80001000L);
        malta.machine().engine(engine);
        return malta;
    }

    private static void assemble(Malta malta, int physical, String text) {
        malta.load(physical, new MipsAssembler(0x80000000L + physical).add(text).littleEndianBytes());
    }

    private static void runInSlices(Malta malta, long until) {
        Machine machine = malta.machine();
        for (long at = machine.timeline().retired(); at < until; at += SHORT) {
            machine.run(Math.min(until, at + SHORT));
        }
    }

    private static long passes(Malta malta) {
        return malta.machine().timeline().polling().passes();
    }

    static Stream<List<Object>> passed() {
        return Stream.of(List.of(Engines.interpreter(), TIMER), List.of(Engines.fastest(), NO_INTERRUPTS));
    }

    @ParameterizedTest
    @MethodSource
    void passed(List<Object> how) {
        Engine engine = (Engine) how.getFirst();
        Malta slow = guest(Engines.fastest(), (String) how.getLast(), "nop");
        Malta quick = guest(engine, (String) how.getLast(), "nop");
        SplittableRandom random = new SplittableRandom(7);
        long edge = SECOND - 30_518;
        for (long stop : List.of(
                random.nextLong(1000, 2_000_000),
                edge - 1,
                edge + random.nextLong(30),
                edge + 20_000,
                SECOND - 2,
                SECOND + random.nextLong(30),
                SECOND + 3_000_000)) {
            runInSlices(slow, stop);
            quick.machine().run(stop);
            assertThat(quick.machine().stateHash())
                    .as("after " + stop)
                    .isEqualTo(slow.machine().stateHash());
        }
        assertThat(quick.cpu().slot(16)).isEqualTo(1);
        assertThat(passes(quick)).isPositive();
        assertThat(passes(slow)).isZero();
    }

    /** It looks at the clock, stores to memory, reads another of the clock's registers, or sends something. */
    static Stream<String> not_passed() {
        return Stream.of(
                "mfc0 $t2, $9\nsltu $t2, $t2, $s6",
                "sw $t1, 0($s2)",
                "li $t2, 0x23\nsb $t2, 0x70($t9)\nlbu $t2, 0x71($t9)",
                "sb $zero, 0x3f8($t9)",
                "addiu $s1, $s1, 1");
    }

    @ParameterizedTest
    @MethodSource
    void not_passed(String alsoDone) {
        Malta slow = guest(Engines.fastest(), NO_INTERRUPTS, alsoDone);
        Malta quick = guest(Engines.fastest(), NO_INTERRUPTS, alsoDone);
        long stop = 3_000_003;
        runInSlices(slow, stop);
        quick.machine().run(stop);
        assertThat(quick.machine().stateHash()).isEqualTo(slow.machine().stateHash());
        assertThat(passes(quick)).isZero();
    }

    private static Kprobes kprobes(Malta malta) {
        return Kprobes.on(new MipsTarget(malta.cpu(), Symbols::none));
    }

    /** On the store to the device, on the load, and behind them. */
    @ParameterizedTest
    @ValueSource(longs = {0x80001018L, 0x8000101cL, 0x80001024L})
    void a_probe_that_counts_is_hit_each_time(long place) {
        Malta malta = guest(Engines.fastest(), NO_INTERRUPTS, "nop");
        Kprobe probe = kprobes(malta).register(Kprobe.at(place).build());
        malta.machine().run(6 + 6_000_000);
        assertThat(probe.hits()).isEqualTo(1_000_000);
        assertThat(passes(malta)).isPositive();
    }

    /** Where it hits, and when. */
    @ParameterizedTest
    @ValueSource(longs = {0x80001018L, 0x8000101cL, 0x80001024L})
    void handlers_are_told_each_time_at_its_time(long place) {
        List<Long> quickly = new ArrayList<>();
        List<Long> slowly = new ArrayList<>();
        Malta quick = guest(Engines.fastest(), NO_INTERRUPTS, "nop");
        Malta slow = guest(Engines.fastest(), NO_INTERRUPTS, "nop");
        told(quick, place, quickly);
        told(slow, place, slowly);
        runInSlices(slow, 400_005);
        quick.machine().run(400_005);
        assertThat(quickly).isEqualTo(slowly).hasSizeGreaterThan(60_000);
        assertThat(quick.machine().stateHash()).isEqualTo(slow.machine().stateHash());
        assertThat(passes(quick)).isPositive();
    }

    private static void told(Malta malta, long place, List<Long> times) {
        Timeline timeline = malta.machine().timeline();
        kprobes(malta)
                .register(Kprobe.at(place)
                        .pre((probe, regs) -> {
                            times.add(timeline.retired() * 31 + regs.get(9));
                            return 0;
                        })
                        .build());
    }

    @ParameterizedTest
    @ValueSource(longs = {0x80001018L, 0x8000101cL, 0x80001024L})
    void each_round_is_recorded_at_its_time(long place) {
        List<Long> quickly = new ArrayList<>();
        List<Long> slowly = new ArrayList<>();
        Malta quick = guest(Engines.fastest(), NO_INTERRUPTS, "nop");
        Malta slow = guest(Engines.fastest(), NO_INTERRUPTS, "nop");
        HitRing quickRing = recorded(quick, place, quickly);
        HitRing slowRing = recorded(slow, place, slowly);
        runInSlices(slow, 400_005);
        quick.machine().run(400_005);
        quickRing.drain();
        slowRing.drain();
        assertThat(quickly).isEqualTo(slowly).hasSizeGreaterThan(60_000);
        assertThat(quick.machine().stateHash()).isEqualTo(slow.machine().stateHash());
        assertThat(passes(quick)).isPositive();
        assertThat(passes(slow)).isZero();
    }

    private static HitRing recorded(Malta malta, long place, List<Long> hits) {
        HitRing ring = HitRing.of(1000, 1, hit -> hits.add(hit.timeNs() * 31 + hit.register(0)));
        kprobes(malta).register(Kprobe.at(place).record(ring, "t1").build());
        return ring;
    }

    /** A register, memory, the probe itself, and the machine's run. */
    static Stream<Meddler> a_handler_that_changes_something_ends_it() {
        return Stream.of(
                (malta, kprobes, probe, regs) -> regs.set(16, regs.get(16) + 1),
                (malta, kprobes, probe, regs) -> malta.load(0x1010, new byte[] {(byte) 0x25, 0x40, 0, 0}),
                (malta, kprobes, probe, regs) -> kprobes.disable(probe),
                (malta, kprobes, probe, regs) -> malta.machine().pause());
    }

    /** What a handler may do. */
    interface Meddler {
        void meddle(Malta malta, Kprobes kprobes, Kprobe probe, PtRegs regs);
    }

    @ParameterizedTest
    @MethodSource
    void a_handler_that_changes_something_ends_it(Meddler meddler) {
        Malta quick = guest(Engines.fastest(), NO_INTERRUPTS, "nop");
        Malta slow = guest(Engines.fastest(), NO_INTERRUPTS, "nop");
        List<Long> quickly = meddled(quick, meddler);
        List<Long> slowly = meddled(slow, meddler);
        while (slow.machine().timeline().retired() < 600_005) {
            slow.machine().run(Math.min(600_005, slow.machine().timeline().retired() + SHORT));
        }
        while (quick.machine().timeline().retired() < 600_005) {
            quick.machine().run(600_005);
        }
        assertThat(quickly).isEqualTo(slowly).hasSizeGreaterThan(40_000);
        assertThat(quick.machine().stateHash()).isEqualTo(slow.machine().stateHash());
    }

    private static List<Long> meddled(Malta malta, Meddler meddler) {
        List<Long> hits = new ArrayList<>();
        Kprobes kprobes = kprobes(malta);
        kprobes.register(Kprobe.at(0x80001018L)
                .pre((probe, regs) -> {
                    hits.add(malta.machine().timeline().retired());
                    if (hits.size() == 40_001) {
                        meddler.meddle(malta, kprobes, probe, regs);
                    }
                    return 0;
                })
                .build());
        return hits;
    }
}
