package org.jkprobes.bench;

import java.util.Locale;

/**
 * A figure that the project wants to reach.
 *
 * @param atLeast whether more is better
 */
record Bar(String what, String unit, double limit, boolean atLeast, Spread figure) {
    boolean met() {
        return atLeast ? figure.median() >= limit : figure.median() <= limit;
    }

    /** As a row of a Markdown table. */
    String row() {
        String wanted = String.format(Locale.ROOT, "%s %.0f %s", atLeast ? "≥" : "≤", limit, unit);
        return "| %s | %s | %s | %s |".formatted(what, wanted, figure, met() ? "yes" : "**no**");
    }
}
