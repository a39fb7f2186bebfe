package org.jkprobes;

/** Why an event did not reach its handler. */
public enum LossCause {
    /** A handler was running on that vCPU already. Counts in {@code nmissed}. */
    REENTRANT,
    /** The probe's ring was full, and keeps the first hits. */
    RING,
    /** The pre-handler of another probe at the address has taken over. */
    EARLY_STOP,
    /** A kretprobe had no free instance. Counts in the kretprobe's {@code nmissed}. */
    POOL,
    /** A kretprobe could not watch the return address: no probe may be placed there. */
    UNWATCHED,
    /** A kretprobe's call was under way when the guest went back to another past. */
    REWOUND,
    /** The task of a kretprobe's instance died, or left the function in another way than by returning. */
    NO_RETURN,
    /** No post-handler: the instruction has faulted. */
    FAULT,
    /** No post-handler, or none of a return: the probe was disabled or unregistered between its handlers. */
    DISARMED,
    /** No post-handler: the step never ended (the guest was reset, or a guest call given up). */
    ABANDONED
}
