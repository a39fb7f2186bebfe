package org.jkprobes.symbols.unwind;

import java.util.Set;
import org.jkprobes.symbols.KernelSymbols;

/** What is known of the functions that code calls. */
final class CallGraph {
    private static final Set<String> NEVER_RETURN = Set.of(
            "panic",
            "nmi_panic",
            "die",
            "do_exit",
            "make_task_dead",
            "do_group_exit",
            "do_task_dead",
            "__stack_chk_fail",
            "fortify_panic",
            "kthread_exit",
            "kthread_complete_and_exit",
            "module_put_and_kthread_exit",
            "__module_put_and_kthread_exit",
            "machine_restart",
            "cpu_startup_entry",
            "rest_init");

    private final KernelSymbols symbols;

    CallGraph(KernelSymbols symbols) {
        this.symbols = symbols;
    }

    /**
     * Whether the code behind a call belongs to the caller. Behind one that does not come back there may be
     * anything, at worst the next function.
     *
     * @param pc of the call
     * @param target where it goes, or -1
     */
    boolean returns(long pc, long target) {
        boolean never = target >= 0
                && symbols.at(target)
                        .filter(callee -> NEVER_RETURN.contains(callee.name()))
                        .isPresent();
        return !never && inSameFunction(pc, pc + 8);
    }

    private boolean inSameFunction(long pc, long other) {
        return symbols.at(pc)
                .map(function -> symbols.at(other)
                        .filter(found -> found.address() == function.address())
                        .isPresent())
                .orElse(true);
    }
}
