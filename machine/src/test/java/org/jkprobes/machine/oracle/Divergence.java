package org.jkprobes.machine.oracle;

import java.io.Serial;

/** Our CPU and QEMU disagree; the message says where, about what, and what ran before. */
final class Divergence extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    Divergence(String message) {
        super(message);
    }
}
