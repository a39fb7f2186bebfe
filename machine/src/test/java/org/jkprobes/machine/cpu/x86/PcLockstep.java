package org.jkprobes.machine.cpu.x86;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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

    private final Process qemu;
    private final DumpReader dumps;
    private final LinuxBoot boot;
    private final Pc pc;
    private final X86Cpu cpu;
    private final Machine machine;
    private final CpuDump theirs = new CpuDump();
    private final CpuDump ours = new CpuDump();
    private final CpuDump last = new CpuDump();
    private final Deque<String> history = new ArrayDeque<>();
    private final Map<String, Integer> adopted = new TreeMap<>();
    private X86Instruction done;
    private long donePc;
    private long instructions;

    /** Prepares both; files go to {@code folder}. The PC has not booted yet. */
    PcLockstep(Path folder, LinuxBoot boot, Pc pc) throws IOException {
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
    }

    /** Compares so many instructions, from the kernel's first. */
    void run(long most) throws IOException {
        do {
            read();
        } while (theirs.rip() != boot.start().entry());
        while (instructions < most && machine.board().stop() == Board.Stop.NONE) {
            compare();
            last.copy(theirs);
            step();
            read();
        }
    }

    /** How often values were taken over from QEMU, by instruction. */
    Map<String, Integer> adopted() {
        return adopted;
    }

    private void read() throws IOException {
        if (!dumps.next(theirs)) {
            throw new IOException("QEMU ended after " + instructions + " instructions");
        }
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
        // Between iterations of a comparison QEMU shows the flags of the last one, ours those from before: either may
        // be seen on a CPU.
        boolean comparing = done.isRepeated() && ours.rip() == donePc;
        return theirs.same(ours) || comparing && theirs.sameBut(CpuDump.RFLAGS, ours);
    }

    private void compare() throws IOException {
        while (!agree()) {
            if (theirs.same(last)) {
                read();
            } else if (cpu.waiting()) {
                machine.timeline().idleUntil(machine.timeline().nextDue());
                machine.run(machine.timeline().retired());
            } else if (done.isRepeated() && theirs.rip() == donePc && theirs.sameBut(CpuDump.RIP, ours)) {
                machine.timeline().retire(1);
                machine.run(machine.timeline().retired());
                last.copy(theirs);
                read();
            } else if (!adopt()) {
                afterAnException();
            }
        }
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
        long undefined = UndefinedFlags.of(done);
        if (theirs.sameBut(CpuDump.RFLAGS, ours) && ((theirs.rflags() ^ ours.rflags()) & ~undefined) == 0) {
            cpu.rflags(theirs.rflags());
            count(done.op() + " flags");
            return agree();
        }
        return false;
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
        X86Mode mode = cpu.system().state.in64BitMode() ? X86Mode.BITS64 : X86Mode.BITS32;
        return X86Decoder.decode(code, 0, length, mode);
    }

    @Override
    public void close() {
        qemu.destroyForcibly();
    }
}
