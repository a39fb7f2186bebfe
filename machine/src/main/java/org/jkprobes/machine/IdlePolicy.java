package org.jkprobes.machine;

/** How the host spends the time in which a guest idles. */
@FunctionalInterface
public interface IdlePolicy {
    /** Idle time costs the host nothing: it is skipped. */
    IdlePolicy SKIP = ns -> true;

    /** Waits for {@code ns} of guest time to pass; false if something else (a key) came first and the guest's time stands. */
    boolean pass(long ns);
}
