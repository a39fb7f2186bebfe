package org.jkprobes.cli;

import java.util.Locale;
import java.util.Optional;
import org.jkprobes.machine.engine.Engine;
import org.jkprobes.machine.engine.Engines;

/** What is to run the guest's code; the guest cannot tell. */
public enum EngineChoice {
    /** Native code where the host allows it, else the interpreter. */
    FASTEST,
    NATIVE,
    INTERPRETER;

    /** An engine for one machine. */
    public Engine engine() {
        return switch (this) {
            case FASTEST -> Engines.fastest();
            case INTERPRETER -> Engines.interpreter();
            case NATIVE -> Engines.emitting().orElseThrow(() -> new UserError("--engine native: " + reason()));
        };
    }

    /** A line for users whose guest runs slower than it might on another host. */
    public Optional<String> notice() {
        return this == FASTEST
                ? Engines.refusal().map(why -> "the interpreter runs the guest, which is slower: " + why)
                : Optional.empty();
    }

    private static String reason() {
        return Engines.refusal().orElse("the host gives no more memory for code");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
