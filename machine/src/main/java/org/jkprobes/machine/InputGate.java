package org.jkprobes.machine;

/**
 * Where keys enter the guest: at a place in its run that another run can find again. That is the moment at which a given number of
 * instructions has just retired, or a given time while the CPU waits; not the place where the machine happens to look, which depends
 * on how the host cut the run into slices.
 */
final class InputGate {
    /** The machine looks at the keyboard this often. */
    private static final long SLICE = 1_000_000;
    /** When the guest has no room for a key, the next attempt is so many instructions later. */
    private static final long RETRY = 256;

    private static final long NEVER = Long.MAX_VALUE;

    private final Keyboard keyboard = new Keyboard();
    private final byte[] entered = new byte[256];
    private InputJournal journal = new InputJournal();

    private InputJournal replayed = new InputJournal();
    private int position;

    /** When a typed key is to enter: this instruction, or, if it does not come because the CPU waits, this time. */
    private long atRetired = NEVER;

    private long atNs = NEVER;
    /** How many instructions had retired when that was decided. */
    private long scheduledAt;
    /** Keys of the keyboard wait. */
    private boolean closed;
    /** The guest had no room: do not let time pass on purpose for the next attempt. */
    private boolean refused;

    Keyboard keyboard() {
        return keyboard;
    }

    InputJournal journal() {
        return journal;
    }

    /** From now on the keys of a journal enter, and when there are no more, those of the keyboard again. */
    void replay(InputJournal from, Timeline timeline) {
        replayed = from;
        position = 0;
        while (replaying() && isPast(next(), timeline)) {
            position++;
        }
    }

    private static boolean isPast(InputJournal.Entry entry, Timeline timeline) {
        return entry.retired() < timeline.retired()
                || entry.retired() == timeline.retired() && entry.ns() <= timeline.now();
    }

    /** The machine has become another one. */
    void reset() {
        journal = new InputJournal();
        replayed = new InputJournal();
        position = 0;
        atRetired = NEVER;
        refused = false;
        keyboard.clear();
    }

    /** The keyboard's keys wait from now on, or no more. */
    void closed(boolean now) {
        closed = now;
    }

    /** The machine has gone back to a moment of its past: what entered since will enter again. */
    void goneBack(Timeline timeline) {
        InputJournal whole = replaying() ? replayed : journal;
        journal = new InputJournal();
        for (InputJournal.Entry entry : whole.entries()) {
            if (isPast(entry, timeline)) {
                journal.record(entry);
            }
        }
        replayed = whole;
        position = journal.entries().size();
    }

    /** What would enter again from that instruction on does not; keys that wait are typed anew. */
    void forgetFuture(long retired) {
        InputJournal kept = new InputJournal();
        for (int i = 0; i < replayed.entries().size(); i++) {
            InputJournal.Entry entry = replayed.entries().get(i);
            if (i < position || entry.retired() < retired) {
                kept.record(entry);
            }
        }
        replayed = kept;
        atRetired = NEVER;
        refused = false;
        keyboard.renew();
    }

    boolean replaying() {
        return position < replayed.entries().size();
    }

    private InputJournal.Entry next() {
        return replayed.entries().get(position);
    }

    /** Lets in what is due. All timers that are due have fired, and no interrupt has been taken since. */
    void enter(Board board, Timeline timeline) {
        if (replaying()) {
            replay(board, timeline);
        } else if (!closed && keyboard.hasKeys()) {
            type(board, timeline);
        }
    }

    private void replay(Board board, Timeline timeline) {
        InputJournal.Entry entry = next();
        if (entry.retired() > timeline.retired()
                || entry.retired() == timeline.retired() && entry.ns() > timeline.now()) {
            return;
        }
        boolean here = entry.retired() == timeline.retired() && entry.ns() == timeline.now();
        byte[] keys = entry.bytes();
        for (byte key : keys) {
            if (!here || !board.key(key & 0xff)) {
                throw new ReplayException("the input journal is of another run: it has keys at instruction "
                        + entry.retired() + " and time " + entry.ns() + " ns, which this guest does not take then");
            }
        }
        journal.record(entry.retired(), entry.ns(), keys, keys.length);
        position++;
    }

    private void type(Board board, Timeline timeline) {
        long retired = timeline.retired();
        long now = timeline.now();
        if (keyboard.takeNews() && (atRetired == NEVER || refused)) {
            refused = false;
            schedule(timeline, 1);
            return;
        }
        boolean waited = retired == scheduledAt && now >= atNs;
        if (retired < atRetired && !waited) {
            return;
        }
        int count = 0;
        for (int key = keyboard.peek(); key >= 0 && count < entered.length && board.key(key); key = keyboard.peek()) {
            entered[count++] = (byte) key;
            keyboard.remove();
        }
        if (count > 0) {
            journal.record(retired, now, entered, count);
        }
        refused = keyboard.hasKeys();
        if (refused) {
            schedule(timeline, RETRY);
        } else {
            atRetired = NEVER;
        }
    }

    private void schedule(Timeline timeline, long instructions) {
        scheduledAt = timeline.retired();
        atRetired = scheduledAt + instructions;
        atNs = timeline.now() + 1;
    }

    /** How many instructions may retire before keys are to enter, at least 1. */
    long instructionsToNext(Timeline timeline) {
        long at = replaying() ? next().retired() : atRetired;
        return Math.clamp(at - timeline.retired(), 1, SLICE);
    }

    /** The time at which keys are to enter if the CPU waits until then; {@code Long.MAX_VALUE} if none are. */
    long nextNs(Timeline timeline) {
        if (replaying()) {
            return next().retired() == timeline.retired() ? next().ns() : NEVER;
        }
        return atRetired == NEVER || refused ? NEVER : atNs;
    }
}
