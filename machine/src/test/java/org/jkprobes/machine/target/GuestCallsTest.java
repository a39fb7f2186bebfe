package org.jkprobes.machine.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.LossCause;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.malta.YamonBoot;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.jkprobes.target.GuestCalls.AbortCause;
import org.jkprobes.target.GuestCalls.Aborted;
import org.jkprobes.target.GuestCalls.Outcome;
import org.jkprobes.target.GuestCalls.Returned;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers call functions of a small guest that counts in a loop, with timer interrupts. */
class GuestCallsTest {
    private static final long BASE = 0x80001000L;
    private static final long DATA = 0x80008000L;

    private static final String GUEST = """
            start:  li    $sp, 0x8000c000
                    li    $gp, 0x8000a000
                    li    $t0, 2000
                    mtc0  $t0, $11
                    li    $t0, 0x8001       # the timer interrupts
                    mtc0  $t0, $12
            loop:   jal   work
                    li    $a0, 7
                    addu  $s0, $s0, $v0
                    b     loop
                    addiu $s1, $s1, 1
            work:   addiu $sp, $sp, -24
                    sw    $ra, 20($sp)
                    addiu $v0, $a0, 1
            middle: sltu  $v1, $zero, $v0
                    lw    $ra, 20($sp)
                    jr    $ra
                    addiu $sp, $sp, 24
            sum6:   lw    $t0, 16($sp)
                    lw    $t1, 20($sp)
                    addu  $v0, $a0, $a1
                    addu  $v0, $v0, $a2
                    addu  $v0, $v0, $a3
                    addu  $v0, $v0, $t0
                    jr    $ra
                    addu  $v0, $v0, $t1
            stores: li    $t0, 0x80008000
                    sw    $a0, 0($t0)
                    sw    $a0, 0($sp)       # the room for arguments is the callee's
                    sw    $a0, 12($sp)
                    mfc0  $v0, $9
                    jr    $ra
                    nop
            forever: li   $t0, 0x80008000
                    sw    $a0, 4($t0)
                    b     forever
                    nop
            sleeps: li    $t0, 0x80008000
                    sw    $a0, 8($t0)
                    j     __schedule
                    nop
            waits:  b     waits
                    wait
            offers: addiu $sp, $sp, -24
                    sw    $ra, 20($sp)
                    jal   __cond_resched
                    nop
                    lw    $ra, 20($sp)
                    jr    $ra
                    addiu $sp, $sp, 24
            dies:   li    $a1, 0x80009000
                    j     die
                    nop
            deep:   jr    $ra
                    move  $v0, $a0
            __cond_resched: j __schedule
                    nop
            __schedule: b __schedule
                    nop
            die:    b     die
                    nop
            end:    nop
            """;

    private static final List<String> NAMES = List.of(
            "start",
            "work",
            "sum6",
            "stores",
            "forever",
            "sleeps",
            "waits",
            "offers",
            "dies",
            "deep",
            "__cond_resched",
            "__schedule",
            "die",
            "end");

    private final MipsAssembler code = new MipsAssembler(BASE).add(GUEST);
    private final Malta malta = booted();
    private final MipsTarget target = new MipsTarget(malta.cpu(), () -> new Labels(code));
    private final Kprobes kprobes = Kprobes.on(target);

    private Malta booted() {
        Malta made = new Malta(new MaltaMemory(4 << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
        YamonBoot.programBridge(made.board());
        made.load(BASE & 0x1fffffff, code.littleEndianBytes());
        made.load(0x180, new MipsAssembler(0x80000180L).add("""
                mfc0  $k0, $9
                addiu $k0, $k0, 1500
                mtc0  $k0, $11
                addiu $s7, $s7, 1
                eret
                """).littleEndianBytes());
        made.cpu().jump(BASE);
        return made;
    }

    private interface Handler {
        void handle(PtRegs regs);
    }

    /** Runs the guest; the handler runs at the hundredth hit of a place. */
    private void at(String place, boolean post, boolean optimized, Handler handler) {
        kprobes.optimize(optimized);
        int[] hits = {0};
        Kprobe.Builder probe = Kprobe.at(place);
        if (post) {
            probe.post((p, regs, flags) -> {
                if (++hits[0] == 100) {
                    handler.handle(regs);
                }
            });
        } else {
            probe.pre((p, regs) -> {
                if (++hits[0] == 100) {
                    handler.handle(regs);
                }
                return 0;
            });
        }
        kprobes.register(probe.build());
        assertThat(malta.machine().run(20_000)).isEqualTo(Machine.Outcome.REACHED);
        assertThat(hits[0]).isGreaterThan(100);
    }

    private Outcome call(PtRegs regs, String function, long... arguments) {
        return kprobes.call(regs, code.address(function), 100_000, arguments);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void values_and_a_guest_that_goes_on_as_if_nothing_had_happened(boolean optimized) {
        List<Outcome> outcomes = new ArrayList<>();
        for (String place : List.of("work", "work+4", "work+8", "work+0xc")) {
            for (boolean post : new boolean[] {false, true}) {
                GuestCallsTest other = new GuestCallsTest();
                other.at(place, post, optimized, regs -> {
                    outcomes.add(other.call(regs, "sum6", 1, 2, 3, 4, 5, 6));
                    outcomes.add(other.call(regs, "offers"));
                });
                GuestCallsTest alone = new GuestCallsTest();
                alone.malta.machine().run(20_000);
                // All but the stack below the stack pointer.
                other.malta.load(0xb000, new byte[0x1000]);
                alone.malta.load(0xb000, new byte[0x1000]);
                assertThat(other.malta.machine().stateHash())
                        .as(place)
                        .isEqualTo(alone.malta.machine().stateHash());
            }
        }
        assertThat(outcomes).hasSize(16);
        for (int i = 0; i < outcomes.size(); i += 2) {
            assertThat(outcomes.get(i)).isEqualTo(new Returned(21));
            assertThat(outcomes.get(i + 1)).isEqualTo(new Returned(0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void calls_that_cannot_finish_are_undone(boolean optimized) {
        long[] arguments = {0x1234};
        List<Outcome> outcomes = new ArrayList<>();
        at("work", false, optimized, regs -> {
            long before = malta.cpu().hashRam();
            for (String name : List.of("forever", "sleeps", "waits", "dies")) {
                outcomes.add(call(regs, name, arguments));
                assertThat(regs.pc()).isEqualTo(code.address("work"));
                assertThat(malta.cpu().hashRam()).as(name).isEqualTo(before);
            }
        });
        assertThat(outcomes.stream().map(o -> ((Aborted) o).cause()))
                .containsExactly(AbortCause.BUDGET, AbortCause.SLEPT, AbortCause.SLEPT, AbortCause.FAULT);
        GuestCallsTest alone = new GuestCallsTest();
        alone.malta.machine().run(20_000);
        assertThat(malta.machine().stateHash()).isEqualTo(alone.malta.machine().stateHash());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void memory_of_a_finished_call_stays_but_not_in_the_callers_frame(boolean optimized) {
        List<Outcome> counts = new ArrayList<>();
        at("middle", false, optimized, regs -> {
            target.memory().writeInt(regs.stackPointer() + 12, 77);
            counts.add(call(regs, "stores", 99));
            counts.add(call(regs, "stores", 99));
            assertThat(target.memory().readInt(regs.stackPointer() + 12, 0)).isEqualTo(77);
        });
        assertThat(target.memory().readInt(DATA, 0)).isEqualTo(99);
        assertThat(counts.get(1)).as("time stands still").isEqualTo(counts.getFirst());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void probes_in_the_function_are_missed_and_counted(boolean optimized) {
        kprobes.optimize(optimized);
        Kprobe inner = kprobes.register(Kprobe.at("sum6+8").pre((p, regs) -> 0).build());
        at(
                "work",
                false,
                optimized,
                regs -> assertThat(call(regs, "sum6", 1, 1, 1, 1, 1, 1)).isEqualTo(new Returned(6)));
        assertThat(inner.nmissed()).isEqualTo(1);
        assertThat(inner.hits()).isZero();
        assertThat(kprobes.losses().count(inner, LossCause.REENTRANT)).isEqualTo(1);
    }

    /** The guest's labels, each up to the next one of {@link #NAMES}. */
    private record Labels(MipsAssembler code) implements Symbols {
        @Override
        public Stream<Symbol> all() {
            return NAMES.stream().filter(n -> !n.equals("end")).map(this::symbol);
        }

        private Symbol symbol(String name) {
            long next = code.address(NAMES.get(NAMES.indexOf(name) + 1));
            return new Symbol(name, code.address(name), next - code.address(name), "", 'T');
        }

        @Override
        public List<Symbol> byName(String name) {
            if (name.equals("middle")) {
                return List.of(new Symbol(name, code.address(name), 4, "", 'T'));
            }
            return all().filter(s -> s.name().equals(name)).toList();
        }

        @Override
        public Optional<Symbol> at(long address) {
            return all().filter(s -> address >= s.address() && address < s.address() + s.size())
                    .findFirst();
        }

        @Override
        public boolean isText(long address) {
            return at(address).isPresent();
        }
    }
}
