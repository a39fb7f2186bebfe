package org.jkprobes.bench;

import java.util.Locale;

/** A figure that the project wants to reach. */
record Bar(String what, String unit, double limit, Sense sense, Spread figure) {
    /** Which way is better, and whether a slower host makes it worse. */
    enum Sense {
        SPEED,
        TIME,
        /** Less is better, on whatever host. */
        LEAST
    }

    /** Whether it is reached with this figure. */
    private boolean met(double value) {
        return sense == Sense.SPEED ? value >= limit : value <= limit;
    }

    private static String word(boolean met) {
        return met ? "yes" : "**no**";
    }

    /** As a row of a Markdown table, on a host so many times slower than the one for which the bars were set. */
    String row(double slower) {
        String wanted = String.format(
                Locale.ROOT,
                "%s %s %s",
                sense == Sense.SPEED ? "≥" : "≤",
                limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit),
                unit);
        double there = switch (sense) {
            case SPEED -> figure.median() * slower;
            case TIME -> figure.median() / slower;
            case LEAST -> figure.median();
        };
        String last = sense == Sense.LEAST ? "" : String.format(Locale.ROOT, "%.3g: %s", there, word(met(there)));
        return "| %s | %s | %s | %s | %s |".formatted(what, wanted, figure, word(met(figure.median())), last);
    }
}
