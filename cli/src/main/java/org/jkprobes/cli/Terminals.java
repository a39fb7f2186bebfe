package org.jkprobes.cli;

/**
 * Which of the standard streams are terminals. Java can tell only of stdin and stdout together, so the launcher tells, in the
 * system property {@code jkprobes.terminals}: the numbers of those that are.
 */
public final class Terminals {
    private static final String NUMBERS = System.getProperty("jkprobes.terminals", "");

    private Terminals() {}

    public static boolean stdin() {
        return NUMBERS.contains("0");
    }

    public static boolean stdout() {
        return NUMBERS.contains("1");
    }

    public static boolean stderr() {
        return NUMBERS.contains("2");
    }
}
