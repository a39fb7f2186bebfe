package org.jkprobes;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The time limit of handlers, as seen from inside. A handler that is over its limit is interrupted; a handler that computes without ever
 * blocking calls {@link #check} now and then. Loops of probe modules loaded from files do so without being told.
 */
public final class HandlerTime {
    /** Thrown in a handler that is over its time limit. */
    public static final class Overdue extends Error {
        private static final long serialVersionUID = 1L;

        Overdue() {
            super("over its time limit");
        }
    }

    private static final Set<Thread> EXPIRED = ConcurrentHashMap.newKeySet();

    /** Whether there are any: all that a check costs as long as nothing is wrong. */
    private static volatile boolean any;

    private HandlerTime() {}

    /** @throws Overdue if the handler that runs on this thread is over its time limit */
    public static void check() {
        if (any && EXPIRED.contains(Thread.currentThread())) {
            throw new Overdue();
        }
    }

    static void expire(Thread thread) {
        EXPIRED.add(thread);
        any = true;
    }

    /** The handler has ended. Also takes back the interrupt that was to wake it. */
    static void ended(Thread thread) {
        EXPIRED.remove(thread);
        any = !EXPIRED.isEmpty();
        if (thread.equals(Thread.currentThread())) {
            Thread.interrupted();
        }
    }
}
