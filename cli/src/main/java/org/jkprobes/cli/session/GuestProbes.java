package org.jkprobes.cli.session;

import java.util.List;
import org.jkprobes.cli.ProbeOptions;
import org.jkprobes.cli.ProbePoint;
import org.jkprobes.cli.UserError;
import org.jkprobes.cli.event.ProbeCount;

/** The probes of a run, as far as the run sees them. Used by the machine's thread. */
interface GuestProbes {
    /** The kernel runs that far from where it is linked. */
    void moved(long by);

    /** How far the kernel runs from where it is linked, as far as is known. */
    long delta();

    /**
     * Runs the guest until its kernel knows where it is: symbols are those of the running kernel from then on.
     *
     * @throws org.jkprobes.symbols.SymbolException if the kernel has none
     */
    void settle();

    /**
     * Runs the guest until its kernel is about to start /init.
     *
     * @param tick called now and then meanwhile
     */
    void runToInit(Runnable tick);

    /**
     * Has the machine pause where a point is first reached.
     *
     * @throws UserError if no probe can be there
     */
    void pauseAt(ProbePoint point);

    /** Whether that point has been reached. */
    boolean paused();

    /**
     * Plants probes.
     *
     * @throws UserError if one is refused
     */
    void plant(ProbeOptions options);

    /** An address, by the name of what is there if that is known. */
    String place(long address);

    /** Reports what has been recorded since the last time. */
    void drain();

    /** What is typed at the console for jkprobes. */
    ConsoleCommands commands();

    /** Of all probes that are registered now. */
    List<ProbeCount> counts();
}
