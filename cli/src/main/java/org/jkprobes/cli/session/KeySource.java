package org.jkprobes.cli.session;

/** Where a guest's keys come from, and what the host does while the guest waits for them. */
interface KeySource {
    /** Nobody types. The guest's idle time is skipped. */
    KeySource NONE = (computer, console, commands) -> Typing.NEVER_QUITS;

    /** Begins to type into a guest, until the answer is closed; lines that begin with {@link ConsoleCommands#KEY} are commands. */
    Typing start(GuestComputer computer, ConsoleTap console, ConsoleCommands commands);

    /** Someone types. */
    interface Typing extends AutoCloseable {
        Typing NEVER_QUITS = () -> {};

        /** Whether they have asked for the end of the run. */
        default boolean quit() {
            return false;
        }

        @Override
        void close();
    }
}
