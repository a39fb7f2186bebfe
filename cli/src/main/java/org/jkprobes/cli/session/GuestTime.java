package org.jkprobes.cli.session;

import org.jkprobes.machine.Timeline;

/** What time it is in a guest when something happens. */
interface GuestTime {
    /** Virtual time since power-on in ns. */
    long now();

    /** Guest instructions retired since power-on; 0 if nobody counts them. */
    long retired();

    /** Of the machine. */
    static GuestTime of(Timeline timeline) {
        return new GuestTime() {
            @Override
            public long now() {
                return timeline.now();
            }

            @Override
            public long retired() {
                return timeline.retired();
            }
        };
    }

    /** The host's, from now on: of a guest that nobody can ask. */
    static GuestTime ofHost() {
        long start = System.nanoTime();
        return new GuestTime() {
            @Override
            public long now() {
                return System.nanoTime() - start;
            }

            @Override
            public long retired() {
                return 0;
            }
        };
    }
}
