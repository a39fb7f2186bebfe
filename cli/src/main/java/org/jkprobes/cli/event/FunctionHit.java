package org.jkprobes.cli.event;

import java.util.List;
import java.util.Locale;

/**
 * A call of a function with a jprobe, or a return from one with a kretprobe.
 *
 * @param symbol the function
 * @param address of its entry
 * @param cpu the vCPU, from 0
 * @param timeNs virtual time since power-on in ns
 * @param instructions guest instructions retired since power-on
 * @param values what is shown: arguments, or return value and duration
 */
public record FunctionHit(
        Kind kind, String symbol, long address, int cpu, long timeNs, long instructions, List<Value> values) {
    /** Which kind of probe. */
    public enum Kind {
        JPROBE,
        KRETPROBE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something the handler has seen.
     *
     * @param decimal a number of something; else a word of the guest
     * @param type as C writes it; empty if it is not known
     */
    public record Value(String name, long value, boolean decimal, String type) {
        /** Of a type that is not known. */
        public Value(String name, long value, boolean decimal) {
            this(name, value, decimal, "");
        }
    }

    public FunctionHit {
        values = List.copyOf(values);
    }
}
