package org.jkprobes.machine;

/** One alarm on a {@link Timeline}. Its action runs at the exact guest instruction at which the time comes. */
public final class Timer {
    static final long NEVER = Long.MAX_VALUE;

    private final Timeline timeline;
    private final Runnable action;
    private long due = NEVER;

    Timer(Timeline timeline, Runnable action) {
        this.timeline = timeline;
        this.action = action;
    }

    /** Arms the timer, or moves it, to the virtual time {@code ns}. A time that has passed is due at once. */
    public void at(long ns) {
        due = ns;
        timeline.changed();
    }

    public void cancel() {
        due = NEVER;
        timeline.changed();
    }

    public boolean armed() {
        return due != NEVER;
    }

    /** When it is due, in ns of virtual time; {@code Long.MAX_VALUE} if it is not armed. */
    public long due() {
        return due;
    }

    void fire() {
        due = NEVER;
        action.run();
    }
}
