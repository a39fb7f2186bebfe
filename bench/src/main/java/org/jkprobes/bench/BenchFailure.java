package org.jkprobes.bench;

/** Why nothing, or not everything, could be measured: one line for the user. */
final class BenchFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchFailure(String message) {
        super(message);
    }
}
