package org.jkprobes.machine.target;

import java.util.List;
import org.jkprobes.machine.cpu.mips.MipsCpu;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;

/**
 * Where a guest call is looked after. A kernel without one of these symbols is without that care.
 *
 * @param returning the return address
 * @param offering where a function offers to give the CPU away ({@code kernel/sched/core.c})
 * @param scheduling where it does
 * @param dying where it has raised a fault without a fix-up ({@code arch/mips/kernel/traps.c})
 * @param panicking where it would end the kernel ({@code kernel/panic.c})
 * @param stopping where it would end the machine ({@code arch/mips/kernel/reset.c})
 */
record CallWatches(
        MipsCpu cpu, long returning, long offering, long scheduling, long dying, long panicking, List<Long> stopping) {
    private static final long NONE = -1;
    private static final List<String> STOPPING = List.of("machine_restart", "machine_halt", "machine_power_off");

    static CallWatches of(MipsCpu cpu, Symbols symbols, long returning) {
        long offering = address(symbols, "__cond_resched");
        CallWatches watches = new CallWatches(
                cpu,
                returning,
                offering == NONE ? address(symbols, "_cond_resched") : offering,
                address(symbols, "__schedule"),
                address(symbols, "die"),
                address(symbols, "panic"),
                STOPPING.stream().map(name -> address(symbols, name)).toList());
        watches.each(true);
        return watches;
    }

    private static long address(Symbols symbols, String name) {
        List<Symbol> found = symbols.byName(name);
        return found.size() == 1 ? found.getFirst().address() : NONE;
    }

    void end() {
        each(false);
    }

    private void each(boolean on) {
        set(returning, on);
        set(offering, on);
        set(scheduling, on);
        set(dying, on);
        set(panicking, on);
        stopping.forEach(address -> set(address, on));
    }

    private void set(long address, boolean on) {
        long physical = address == NONE ? -1 : cpu.peek(address);
        if (physical < 0) {
            return;
        }
        if (on) {
            cpu.overlay().watch(physical, address);
        } else {
            cpu.overlay().unwatch(physical, address);
        }
        cpu.relift(physical, 4);
    }

    boolean has(long pc) {
        return pc == returning
                || pc == offering
                || pc == scheduling
                || pc == dying
                || pc == panicking
                || stopping.contains(pc);
    }
}
