package org.jkprobes.cli;

import java.util.Locale;

/** A switch. */
enum OnOff {
    ON,
    OFF;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
