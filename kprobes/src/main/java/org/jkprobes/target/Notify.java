package org.jkprobes.target;

/** What a notifier says about an event ({@code NOTIFY_DONE}, {@code NOTIFY_OK}, {@code NOTIFY_STOP}). */
public enum Notify {
    /** Not mine: ask the next one. */
    DONE,
    /** Seen; ask the next one all the same. */
    OK,
    /** Handled: nobody else is asked, and the guest goes on from the registers as they are now. */
    STOP
}
