package org.jkprobes.machine.target;

import java.util.List;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;

/**
 * Where a guest call is looked after. A kernel without one of these symbols is without that care.
 *
 * @param returning the return address
 * @param offering where a function offers to give the CPU away ({@code kernel/sched/core.c})
 * @param scheduling where it does
 * @param dying where it has raised a fault without a fix-up, as {@link CallConvention#dying} lists them
 * @param panicking where it would end the kernel ({@code kernel/panic.c})
 * @param stopping where it would end the machine ({@code kernel/reboot.c} calls these)
 */
record CallWatches(
        ProbedCpu cpu,
        long returning,
        long offering,
        long scheduling,
        List<Long> dying,
        long panicking,
        List<Long> stopping) {
    private static final long NONE = -1;
    private static final List<String> STOPPING = List.of("machine_restart", "machine_halt", "machine_power_off");

    static CallWatches of(ProbedCpu cpu, Symbols symbols, List<CallConvention.Dying> dying, long returning) {
        long offering = address(symbols, "__cond_resched");
        CallWatches watches = new CallWatches(
                cpu,
                returning,
                offering == NONE ? address(symbols, "_cond_resched") : offering,
                address(symbols, "__schedule"),
                dying.stream().map(one -> address(symbols, one.name())).toList(),
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
        dying.forEach(address -> set(address, on));
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
        cpu.relift(physical, 1);
    }

    boolean has(long pc) {
        return pc == returning
                || pc == offering
                || pc == scheduling
                || dying.contains(pc)
                || pc == panicking
                || stopping.contains(pc);
    }
}
