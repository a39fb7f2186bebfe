package org.jkprobes.machine;

/**
 * What a guest has looked at lately: whether it has done nothing but ask a device that answers the same until some time. Then a loop that it
 * is in can be passed through at once, {@link PollingLoop}. No state of the machine: the guest cannot tell.
 */
public final class Polling {
    /** So many such answers in a row are worth a try. */
    private static final int OFTEN = 200;

    private static final int SELDOM = 1 << 20;

    private Runnable ask = () -> {};
    /** Looks at the clock and accesses to devices, by anybody, and those that are known to show and to do nothing new. */
    private int all;

    private int steady;
    private long until = Long.MAX_VALUE;
    private int answers;
    private int enough = OFTEN;
    private long passes;

    /** Who is asked to look at the loop. */
    void ask(Runnable who) {
        ask = who;
    }

    /** The clock is looked at, or a device accessed. */
    public void looked() {
        all++;
    }

    /**
     * A device's answer will be the same until a time, and giving it has no effect.
     *
     * @param ns virtual time
     * @param looks how often the device has looked at the clock for it
     */
    public void steady(long ns, int looks) {
        steady += 1 + looks;
        until = Math.min(until, ns);
        if (++answers == enough) {
            ask.run();
        }
    }

    /** A device has been told what it knew: to tell it again has no effect. */
    public void known() {
        steady++;
    }

    /** What is looked at meanwhile, nobody has looked at. */
    void unseen(Runnable looking) {
        int before = all;
        looking.run();
        all = before;
    }

    /** Whether a loop is worth a try. */
    boolean due() {
        return answers >= enough;
    }

    /** From now on all is counted. */
    void begin() {
        all = 0;
        steady = 0;
        until = Long.MAX_VALUE;
    }

    /** Until when, in ns, all that was seen since stays the same; a time in the past if there was anything else. */
    long steadyUntil() {
        return all == steady ? until : 0;
    }

    /** The loop was passed through, or could not be. */
    void tried(boolean passed) {
        answers = 0;
        passes += passed ? 1 : 0;
        enough = passed ? OFTEN : Math.min(SELDOM, enough * 2);
    }

    /** How often a loop was passed through. */
    long passes() {
        return passes;
    }
}
