package org.jkprobes.symbols;

/**
 * A name pattern: {@code *} any run of characters, {@code ?} one character, {@code [a-z]} one of a set,
 * {@code [!a-z]} one outside it; anything else stands for itself. The whole name must match.
 */
public final class Glob {
    private final String pattern;

    public Glob(String pattern) {
        this.pattern = pattern;
    }

    /** Whether the pattern has any special character, that is, may match more than one name. */
    public boolean isPattern() {
        return pattern.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    }

    /** Matches in time at most pattern length × name length: only the last star is ever retried. */
    public boolean matches(String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int retry = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = n;
                continue;
            }
            int next = p < pattern.length() ? matchOne(p, name.charAt(n)) : -1;
            if (next >= 0) {
                p = next;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** The pattern position behind the element at {@code p} when it takes {@code c}, else -1. */
    private int matchOne(int p, char c) {
        char element = pattern.charAt(p);
        if (element == '?') {
            return p + 1;
        }
        int close = element == '[' ? pattern.indexOf(']', p + 2) : -1;
        if (close < 0) {
            return element == c ? p + 1 : -1;
        }
        boolean negated = pattern.charAt(p + 1) == '!';
        return inSet(p + (negated ? 2 : 1), close, c) != negated ? close + 1 : -1;
    }

    private boolean inSet(int from, int close, char c) {
        int i = from;
        while (i < close) {
            boolean range = i + 2 < close && pattern.charAt(i + 1) == '-';
            char last = pattern.charAt(range ? i + 2 : i);
            if (c >= pattern.charAt(i) && c <= last) {
                return true;
            }
            i += range ? 3 : 1;
        }
        return false;
    }

    @Override
    public String toString() {
        return pattern;
    }
}
