package org.jkprobes.symbols;

/**
 * The letters {@code nm} and {@code /proc/kallsyms} give: {@code T} text, {@code D B R} data, {@code A}
 * absolute, {@code W V} weak, ...; lower case is local.
 */
public final class SymbolType {
    private SymbolType() {}

    /** Whether other object files could refer to it. */
    public static boolean isGlobal(char type) {
        return Character.isUpperCase(type);
    }

    /** Whether it names code; a weak symbol does in a kernel (weak data has a letter of its own, V). */
    public static boolean isText(char type) {
        return switch (type) {
            case 'T', 't', 'W', 'w' -> true;
            default -> false;
        };
    }

    /** Whether it is a plain number, a per-CPU offset for instance, that does not move with the kernel. */
    public static boolean isAbsolute(char type) {
        return type == 'A' || type == 'a';
    }

    static boolean isWeak(char type) {
        return switch (type) {
            case 'W', 'w', 'V', 'v' -> true;
            default -> false;
        };
    }
}
