package org.jkprobes.bench;

import java.util.Locale;

/** A figure that the project wants to reach. */
record Bar(String what, String unit, double limit, Sense sense, Spread figure) {
    /** Which way is better, and whether a slower host makes it worse. */
    enum Sense {
        SPEED,
        TIME,
        /** Less is better, on whatever host. */
        LEAST,
        /** More is better, on whatever host. */
        MOST;

        boolean wantsMore() {
            return this == SPEED || this == MOST;
        }
    }

    /** Whether it is reached with this figure. */
    private boolean met(double value) {
        return sense.wantsMore() ? value >= limit : value <= limit;
    }

    /** A cost that is the difference of two times may drown in what else the host does. */
    private String word(double value) {
        if (value < 0) {
            return "lost in noise";
        }
        return met(value) ? "yes" : "**no**";
    }

    /** As a row of a Markdown table, on a host so many times slower than the one for which the bars were set. */
    String row(double slower) {
        String wanted = String.format(
                Locale.ROOT,
                "%s %s %s",
                sense.wantsMore() ? "≥" : "≤",
                limit == Math.rint(limit) ? Long.toString((long) limit) : String.format(Locale.ROOT, "%.2g", limit),
                unit);
        double there = switch (sense) {
            case SPEED -> figure.median() * slower;
            case TIME -> figure.median() / slower;
            case LEAST, MOST -> figure.median();
        };
        String last = sense == Sense.LEAST || sense == Sense.MOST
                ? ""
                : String.format(Locale.ROOT, "%.3g: %s", there, word(there));
        return "| %s | %s | %s | %s | %s |".formatted(what, wanted, figure, word(figure.median()), last);
    }
}
