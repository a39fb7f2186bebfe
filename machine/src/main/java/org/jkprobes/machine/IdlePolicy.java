package org.jkprobes.machine;

/** How the host spends the time in which a guest idles. */
@FunctionalInterface
public interface IdlePolicy {
    /** A wait without an end. */
    long FOREVER = Long.MAX_VALUE;

    /** Idle time costs the host nothing: it is skipped. */
    IdlePolicy SKIP = ns -> ns == FOREVER ? 0 : ns;

    /**
     * Waits for guest time to pass.
     *
     * @param ns how much, or {@link #FOREVER} when only a key can end the wait
     * @return how much has passed; less than {@code ns} if something else came first, such as a key
     */
    long pass(long ns);

    /** For interactive guests: an idle guest's time passes as the host's does, and costs no CPU. A key ends the wait. */
    static IdlePolicy realTime(Keyboard keyboard) {
        return keyboard::await;
    }
}
