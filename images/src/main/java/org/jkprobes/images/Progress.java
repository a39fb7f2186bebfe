package org.jkprobes.images;

/** Told what is going on during work that may take seconds, so that the user can be shown it. */
@FunctionalInterface
public interface Progress {
    /** Shows nothing. */
    Progress SILENT = text -> {};

    /** A new step begins; {@code text} is a short line without a full stop, such as "unpacking the kernel". */
    void step(String text);
}
