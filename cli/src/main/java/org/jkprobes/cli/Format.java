package org.jkprobes.cli;

/** How results are printed. */
public enum Format {
    /** For people. */
    TEXT,
    /** One JSON object a line, {@code {"type":…,"data":{…}}}. */
    NDJSON;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
