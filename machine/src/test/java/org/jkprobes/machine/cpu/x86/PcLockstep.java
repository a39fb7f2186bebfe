package org.jkprobes.machine.cpu.x86;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.jkprobes.isa.x86.X86Op;
import org.jkprobes.machine.Board;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.pc.LinuxBoot;
import org.jkprobes.machine.board.pc.Pc;
import org.jkprobes.machine.board.pc.QemuLinux;
import org.jkprobes.machine.engine.Interpreter;

/**
 * A boot on our PC and on QEMU's side by side: general, control and segment registers are compared before every instruction. Time is the
 * same on both (8 ns an instruction), so that interrupts come at the same instruction.
 *
 * <p>QEMU prints its registers before an instruction that it may then not run, because a timer is due or a device is touched: the same dump
 * comes again. It counts a repeated string instruction once more than it has iterations.
 *
 * <p>What CPUID tells is taken over from QEMU where it differs (its name, and features that the guest does not ask for), so are flags that
 * the manual leaves undefined; {@link #adopted} counts both.
 */
final class PcLockstep implements AutoCloseable {
    /** The features of {@link Cpuid}, of those that TCG has. */
    private static final String CPU = "qemu64,-svm,-mce,-mca,+smep,+smap,+pdpe1gb";

    private static final int LONGEST = 15;
    private static final int REMEMBERED = 16;
    private static final int PAGE = 0x1000;
    private static final Duration STUCK = Duration.ofMinutes(2);
    private static final int MOST_COMPARED = 5_000_000;
    private static final int MOST_SKIPPED = 100_000;

    private final Process qemu;
    private final DumpReader dumps;
    private final LinuxBoot boot;
    private final Pc pc;
    private final X86Cpu cpu;
    private final long ignoredFlags;
    private final Machine machine;
    private final CpuDump theirs = new CpuDump();
    private final CpuDump ours = new CpuDump();
    private final CpuDump last = new CpuDump();
    private final Deque<String> history = new ArrayDeque<>();
    private final Map<String, Integer> adopted = new TreeMap<>();
    private X86Instruction done;
    private long donePc;
    private long instructions;
    private boolean skipped;
    private final AtomicLong reads = new AtomicLong();

    /** Prepares both; files go to {@code folder}. The PC has not booted yet. */
    PcLockstep(Path folder, LinuxBoot boot, Pc pc) throws IOException {
        this(folder, boot, pc, 0);
    }

    /** The same, but these flags may differ. */
    PcLockstep(Path folder, LinuxBoot boot, Pc pc, long ignoredFlags) throws IOException {
        this.ignoredFlags = ignoredFlags;
        this.boot = boot;
        this.pc = pc;
        cpu = pc.cpu();
        machine = pc.machine();
        machine.engine(new Interpreter());
        pc.boot(boot);
        done = instruction();
        List<String> command = new ArrayList<>(new QemuLinux(folder, boot).command(CPU));
        command.addAll(List.of("-singlestep", "-d", "cpu,nochain", "-D", "/dev/stderr"));
        qemu = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        dumps = new DumpReader(qemu.getErrorStream());
        Thread.ofVirtual().start(this::watch);
    }

    /** Compares so many instructions, from the kernel's first. */
    void run(long most) throws IOException {
        start();
        while (instructions < most && machine.board().stop() == Board.Stop.NONE) {
            compare();
            last.copy(theirs);
            step();
            read();
        }
    }

    private void start() throws IOException {
        do {
            read();
        } while (theirs.rip() != boot.start().entry());
    }

    /** Compares until an instruction of privilege 0 at an address, and shows each of privilege 0 to {@code seen}. */
    void runTo(long rip, LongConsumer seen) throws IOException {
        if (instructions == 0) {
            start();
        }
        for (long end = instructions + MOST_COMPARED; !at(rip); ) {
            if (instructions > end) {
                throw new IllegalStateException("an endless case; last:\n  " + String.join("\n  ", history));
            }
            compare();
            last.copy(theirs);
            step();
            if (cpu.system().state.cpl == 0) {
                seen.accept(cpu.rip());
            }
            read();
        }
    }

    private boolean at(long rip) {
        return cpu.rip() == rip && cpu.system().state.cpl == 0;
    }

    /** After a difference: lets both go on, on their own, to an instruction of privilege 0 at an address, with the same in CR2. */
    void skipTo(long rip) throws IOException {
        skipped = true;
        skipTheirs(rip);
        skipOurs(rip);
        SystemState state = cpu.system().state;
        while (theirs.values[CpuDump.CR2] != state.cr2) {
            if (theirs.values[CpuDump.CR2] < state.cr2) {
                read();
                skipTheirs(rip);
            } else {
                step();
                skipOurs(rip);
            }
        }
        last.copy(theirs);
    }

    private void skipTheirs(long rip) throws IOException {
        long end = reads.get() + MOST_SKIPPED;
        while (theirs.rip() != rip || theirs.values[CpuDump.CPL] != 0) {
            if (reads.get() > end) {
                throw new IllegalStateException("QEMU never comes to " + Long.toHexString(rip));
            }
            read();
        }
    }

    private void skipOurs(long rip) {
        long end = instructions + MOST_SKIPPED;
        while (!at(rip)) {
            if (instructions > end) {
                throw new IllegalStateException("we never come to " + Long.toHexString(rip));
            }
            step();
        }
    }

    /** How often values were taken over from QEMU, by instruction. */
    Map<String, Integer> adopted() {
        return adopted;
    }

    /** Ends a QEMU that goes on without instructions. */
    private void watch() {
        try {
            for (long before = -1; before != reads.get(); ) {
                before = reads.get();
                Thread.sleep(STUCK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        qemu.destroyForcibly();
    }

    private void read() throws IOException {
        reads.incrementAndGet();
        if (!dumps.next(theirs)) {
            throw new IOException("QEMU ended after " + instructions + " instructions");
        }
        theirs.values[CpuDump.RFLAGS] &= ~ignoredFlags;
    }

    private void step() {
        done = instruction();
        donePc = cpu.rip();
        if (history.size() == REMEMBERED) {
            history.remove();
        }
        history.add(Long.toHexString(donePc) + ": " + done.op());
        machine.run(machine.timeline().retired() + 1);
        instructions++;
    }

    private boolean agree() {
        ours.read(cpu);
        ours.values[CpuDump.RFLAGS] &= ~ignoredFlags;
        // Between iterations of a comparison QEMU shows the flags of the last one, ours those from before: either may
        // be seen on a CPU.
        boolean comparing = done.isRepeated() && ours.rip() == donePc;
        return theirs.same(ours) || comparing && theirs.sameBut(CpuDump.RFLAGS, ours);
    }

    private void compare() throws IOException {
        int again = 0;
        while (!agree()) {
            if (theirs.same(last)) {
                if (++again > MOST_SKIPPED) {
                    throw new AssertionError("QEMU stays:" + theirs.differences(ours));
                }
                read();
            } else if (cpu.waiting()) {
                machine.timeline().idleUntil(machine.timeline().nextDue());
                machine.run(machine.timeline().retired());
            } else if (done.isRepeated() && theirs.rip() == donePc && theirs.sameBut(CpuDump.RIP, ours)) {
                machine.timeline().retire(1);
                machine.run(machine.timeline().retired());
                last.copy(theirs);
                read();
            } else if (adopt()) {
                return;
            } else if (cannotFetch()) {
                // QEMU shows nothing before an instruction that it cannot fetch.
                step();
            } else {
                afterAnException();
            }
        }
    }

    private boolean cannotFetch() {
        return cpu.system().paging.translateFetch(cpu.pc(), cpu.mode() & 3) < 0;
    }

    /** Takes over what may differ. */
    private boolean adopt() {
        if (done.op() == X86Op.CPUID) {
            for (int register = 0; register < 4; register++) {
                cpu.slot(register, theirs.values[register]);
            }
            count("CPUID");
            return agree();
        }
        if (done.op() == X86Op.RDTSC && skipped) {
            // What one of them did while they were apart took time.
            cpu.slot(X86Slots.RAX, theirs.values[X86Slots.RAX]);
            count("RDTSC");
            return agree();
        }
        if (upperHalves()) {
            return true;
        }
        // QEMU's SYSCALL clears them.
        long undefined = done.op() == X86Op.SYSCALL ? Flags.ALL : UndefinedFlags.of(done);
        if (theirs.sameBut(CpuDump.RFLAGS, ours) && ((theirs.rflags() ^ ours.rflags()) & ~undefined) == 0) {
            cpu.rflags(theirs.rflags());
            count(done.op() + " flags");
            return agree();
        }
        return false;
    }

    /** What a CPU keeps of the upper halves of registers when it leaves 64-bit mode is not defined; ours are 0. */
    private boolean upperHalves() {
        boolean only = cpu.system().state.in64BitMode();
        for (int i = 0; i < 16; i++) {
            boolean same = theirs.values[i] == ours.values[i];
            only &= same || ours.values[i] == (theirs.values[i] & 0xffffffffL);
        }
        if (!only || Arrays.mismatch(theirs.values, ours.values) < 0) {
            return false;
        }
        for (int i = 0; i < 16; i++) {
            cpu.slot(i, theirs.values[i]);
        }
        count("upper halves");
        return agree();
    }

    private void count(String what) {
        adopted.merge(what, 1, Integer::sum);
    }

    /** An instruction that faults takes no time: ours has already run the first of the handler. */
    private void afterAnException() throws IOException {
        String differences = theirs.differences(ours);
        read();
        if (!agree()) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "after %d instructions, at %d ns:%s%nran before:%n  %s",
                    instructions,
                    machine.timeline().now(),
                    differences,
                    String.join("\n  ", history)));
        }
        instructions++;
    }

    /** The instruction at pc, as far as it lies in the page. */
    private X86Instruction instruction() {
        byte[] code = new byte[LONGEST];
        int length = 0;
        long physical = cpu.system().paging.translateFetch(cpu.pc(), cpu.mode() & 3);
        long offset = physical < 0 ? -1 : pc.board().ramOffset(physical);
        while (offset >= 0 && length < LONGEST && (offset & PAGE - 1) + length < PAGE) {
            code[length] = machine.ram().bytes().get(ValueLayout.JAVA_BYTE, offset + length);
            length++;
        }
        return X86Decoder.decode(code, 0, length, mode());
    }

    private X86Mode mode() {
        SystemState state = cpu.system().state;
        boolean wide = (state.segment(Segment.CS).attributes & Segment.BIG) != 0;
        return state.in64BitMode() ? X86Mode.BITS64 : wide ? X86Mode.BITS32 : X86Mode.BITS16;
    }

    @Override
    public void close() {
        qemu.destroyForcibly();
    }
}
