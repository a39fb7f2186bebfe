package org.jkprobes.symbols.unwind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;

/**
 * Programs with every kind of frame a kernel has run on a small CPU that knows the true call stack; after
 * each instruction, delay slots included, the unwinder must find the same.
 */
class MipsUnwinderTest {
    private static final long TEXT = 0x8000_1000L;
    private static final long HANDLER = 0x8000_3000L;

    /** Each function begins with its name; {@code forever} never returns. */
    private static final String PROGRAM = """
            forever:
                addiu $sp, $sp, -24
                sw    $ra, 20($sp)
            again:
                jal   framed
                li    $a0, 0
                jal   framed
                li    $a0, 1
                jal   framed
                li    $a0, 2
                b     again
                nop
            framed:
                addiu $sp, $sp, -32
                sw    $s0, 24($sp)
                move  $s0, $a0
                sw    $ra, 28($sp)
                jal   wrapped
                move  $a0, $s0
                jal   traced
                nop
                jal   tracedWithFrame
                nop
                jal   switching
                move  $a0, $s0
                jal   withFramePointer
                li    $a0, 64
                la    $v0, leaf
                jalr  $v0
                nop
                lw    $ra, 28($sp)
                lw    $s0, 24($sp)
                jr    $ra
                addiu $sp, $sp, 32
            # Takes a frame only when it needs one, and ends in a tail call.
            wrapped:
                bne   $a0, $zero, wrappedFrame
                nop
                jr    $ra
                li    $v0, 0
            wrappedFrame:
                addiu $sp, $sp, -24
                sw    $ra, 20($sp)
                jal   leaf
                nop
                beq   $a0, $zero, wrappedOut
                li    $v0, 1
                jal   leaf
                nop
            wrappedOut:
                lw    $ra, 20($sp)
                addiu $sp, $sp, 24
                j     leaf
                nop
            leaf:
                addu  $v0, $a0, $a0
                beq   $v0, $zero, leafOut
                nop
                addiu $v0, $v0, 1
            leafOut:
                jr    $ra
                nop
            # As gcc -pg makes functions for MIPS.
            traced:
                move  $at, $ra
                jal   _mcount
                addiu $sp, $sp, -8
                addiu $v0, $v0, 1
                jr    $ra
                nop
            tracedWithFrame:
                addiu $sp, $sp, -32
                sw    $ra, 28($sp)
                move  $at, $ra
                jal   _mcount
                addiu $sp, $sp, -8
                jal   traced
                nop
                lw    $ra, 28($sp)
                jr    $ra
                addiu $sp, $sp, 32
            _mcount:
                b     mcountStub
                addiu $sp, $sp, 8
            mcountStub:
                jr    $ra
                move  $ra, $at
            # A jump table: nothing but the jump leads to its cases.
            switching:
                addiu $sp, $sp, -24
                sll   $v0, $a0, 2
                la    $v1, table
                addu  $v0, $v0, $v1
                lw    $v0, 0($v0)
                sw    $ra, 20($sp)
                jr    $v0
                nop
            case0:
                jal   leaf
                li    $a0, 3
                b     switched
                nop
            case1:
                b     switched
                nop
            case2:
                jal   leaf
                li    $a0, 0
                jal   wrapped
                li    $a0, 1
            switched:
                lw    $ra, 20($sp)
                jr    $ra
                addiu $sp, $sp, 24
            table:
                .word case0, case1, case2
            # Its stack pointer moves by a number only known when it runs.
            withFramePointer:
                addiu $sp, $sp, -32
                sw    $ra, 28($sp)
                sw    $s8, 24($sp)
                move  $s8, $sp
                subu  $sp, $sp, $a0
                jal   leaf
                sw    $a0, 0($sp)
                move  $sp, $s8
                lw    $ra, 28($sp)
                lw    $s8, 24($sp)
                jr    $ra
                addiu $sp, $sp, 32
            end:
            """;

    /** Saves the registers on the stack it finds, goes to another one, and calls a function there. */
    private static final String HANDLER_PROGRAM = """
            handler:
                move  $k0, $sp
                addiu $sp, $sp, -80
                sw    $k0, 64($sp)
                sw    $v0, 16($sp)
                sw    $v1, 20($sp)
                sw    $a0, 24($sp)
                sw    $at, 28($sp)
                sw    $ra, 68($sp)
                mfc0  $ra, $14
                sw    $ra, 72($sp)
                sw    $s0, 32($sp)
                sw    $s1, 36($sp)
                sw    $s8, 40($sp)
                move  $s1, $sp
                li    $t0, 0x8000f000
                addiu $sp, $t0, -16
                sw    $s1, 0($sp)
                jal   framedHandler
                nop
                move  $sp, $s1
                j     leave
                nop
            framedHandler:
                addiu $sp, $sp, -24
                sw    $ra, 20($sp)
                sw    $s1, 16($sp)
                move  $s1, $zero
                lw    $s1, 16($sp)
                lw    $ra, 20($sp)
                jr    $ra
                addiu $sp, $sp, 24
            leave:
                lw    $v0, 72($sp)
                mtc0  $v0, $14
                lw    $v0, 16($sp)
                lw    $v1, 20($sp)
                lw    $a0, 24($sp)
                lw    $at, 28($sp)
                lw    $ra, 68($sp)
                lw    $s0, 32($sp)
                lw    $s1, 36($sp)
                lw    $s8, 40($sp)
                lw    $sp, 64($sp)
                eret
            handlerEnd:
            """;

    private final TinyMips cpu = new TinyMips();
    private final KernelSymbols symbols = assemble();

    private KernelSymbols assemble() {
        List<Symbol> found = new ArrayList<>();
        cpu.load(
                TEXT,
                assemble(
                        TEXT,
                        PROGRAM,
                        found,
                        "forever",
                        "framed",
                        "wrapped",
                        "leaf",
                        "traced",
                        "tracedWithFrame",
                        "_mcount",
                        "switching",
                        "withFramePointer",
                        "end"));
        cpu.load(HANDLER, assemble(HANDLER, HANDLER_PROGRAM, found, "handler", "framedHandler", "leave", "handlerEnd"));
        found.add(new Symbol("_stext", TEXT, 1, "", 'T'));
        found.add(new Symbol("_etext", HANDLER + 0x1000, 1, "", 'T'));
        return KernelSymbols.of(DataModel.LITTLE_32, found);
    }

    /** Labels inside functions are found nowhere in kallsyms. */
    private static int[] assemble(long origin, String program, List<Symbol> symbols, String... functions) {
        MipsAssembler assembler = new MipsAssembler(origin).add(program);
        for (String function : functions) {
            symbols.add(new Symbol(function, assembler.address(function), 1, "", 'T'));
        }
        return assembler.words();
    }

    private void start() {
        cpu.pc = TEXT;
        cpu.registers[29] = (int) TinyMips.BASE + 0xe000;
        cpu.registers[16] = 0x51;
        cpu.registers[30] = 0x58;
    }

    private void compare(int step) {
        StackTrace trace = new MipsUnwinder(cpu, symbols).unwind(cpu.state());
        List<TinyMips.Return> found = trace.frames().stream()
                .skip(1)
                .map(frame ->
                        new TinyMips.Return(frame.kind() == Frame.Kind.INTERRUPTED, frame.pc(), frame.stackPointer()))
                .toList();
        assertThat(found)
                .as(() -> "step %d at %s, delay slot %s\n%s"
                        .formatted(step, symbols.describe(cpu.pc), cpu.inDelaySlot, trace))
                .containsExactlyElementsOf(cpu.calls);
        assertThat(trace.end()).isEqualTo(StackTrace.End.BOTTOM);
        assertThat(trace.frames().getFirst())
                .extracting(Frame::pc, Frame::kind)
                .containsExactly(cpu.pc, Frame.Kind.CURRENT);
    }

    @Test
    void findsTheCallersAfterEveryInstruction() {
        start();
        for (int step = 0; step < 600; step++) {
            compare(step);
            cpu.step();
        }
    }

    @Test
    void passesInterruptsAndTheirStack() {
        SplittableRandom random = new SplittableRandom(11);
        start();
        boolean handling = false;
        for (int step = 0; step < 4000; step++) {
            if (!handling && !cpu.inDelaySlot && random.nextInt(10) == 0) {
                cpu.interrupt(HANDLER);
                handling = true;
            }
            compare(step);
            cpu.step();
            handling &= cpu.calls.stream().anyMatch(TinyMips.Return::interrupt);
        }
    }

    @Test
    void makesDoWithPcSpAndRa() {
        start();
        for (int step = 0; step < 600; step++) {
            MipsRegisters least = MipsRegisters.at(cpu.pc, cpu.registers[29], cpu.registers[31]);
            StackTrace trace = new MipsUnwinder(cpu, symbols).unwind(cpu.inDelaySlot ? least.inDelaySlot() : least);
            boolean needsMore = symbols.describe(cpu.pc).startsWith("withFramePointer")
                    || symbols.describe(cpu.pc).startsWith("traced")
                    || symbols.describe(cpu.pc).startsWith("_mcount")
                    || cpu.calls.stream()
                            .anyMatch(call -> symbols.describe(call.pc()).startsWith("withFramePointer")
                                    || symbols.describe(call.pc()).startsWith("traced"));
            if (!needsMore) {
                assertThat(trace.frames().stream().skip(1).map(Frame::pc))
                        .as("step %d", step)
                        .containsExactlyElementsOf(
                                cpu.calls.stream().map(TinyMips.Return::pc).toList());
            }
            cpu.step();
        }
    }

    @Test
    void endsWhereTheStackCannotBeRead() {
        start();
        cpu.registers[29] = 0x4000_0000;
        cpu.pc = symbols.find("wrapped").orElseThrow().address() + 32;
        StackTrace trace = new MipsUnwinder(cpu, symbols).unwind(cpu.state());
        assertThat(trace.frames()).hasSize(1);
        assertThat(trace.end()).isEqualTo(StackTrace.End.UNKNOWN);
    }

    /** Whatever lies on the stack and in the registers, there is an answer. */
    @Test
    void survivesNonsense() {
        for (int seed = 1; seed <= 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MipsRegisters registers = MipsRegisters.at(TEXT + 4L * random.nextInt(0x900));
            for (int i = 1; i < 32; i++) {
                registers = registers.with(i, TinyMips.BASE + random.nextInt(TinyMips.MEMORY));
            }
            byte[] noise = new byte[TinyMips.MEMORY];
            random.nextBytes(noise);
            boolean noisyCode = random.nextBoolean();
            StackTrace trace = new MipsUnwinder(
                            (address, into, offset, length) -> {
                                int count = cpu.read(address, into, offset, length);
                                for (int i = 0; i < count; i++) {
                                    long at = address + i - TinyMips.BASE;
                                    if (noisyCode || at > 0x8000) {
                                        into[offset + i] = noise[(int) at];
                                    }
                                }
                                return count;
                            },
                            symbols)
                    .unwind(registers);
            assertThat(trace.frames()).as("seed %d", seed).isNotEmpty();
        }
    }
}
