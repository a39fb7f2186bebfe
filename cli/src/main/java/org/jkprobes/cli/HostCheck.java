package org.jkprobes.cli;

/**
 * What {@code doctor} found out about one thing on the host.
 *
 * @param name the thing, in a word or two
 * @param need what lacks without it
 * @param present whether it is there and fit for use
 * @param detail what was found (a version, a folder, a size), or what to do
 * @param purpose what it is for
 */
record HostCheck(String name, Need need, boolean present, String detail, String purpose) {
    /** How badly a thing is wanted. */
    enum Need {
        /** Nothing runs without it. */
        REQUIRED,
        /** Something runs without it, given options of the user's own. */
        USUAL,
        /** Only this project's own tests use it. */
        TESTS
    }

    /** {@code ok}, {@code missing} or, for what only the tests want, {@code absent}. */
    String status() {
        if (present) {
            return "ok";
        }
        return need == Need.TESTS ? "absent" : "missing";
    }
}
