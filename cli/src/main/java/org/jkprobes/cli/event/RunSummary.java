package org.jkprobes.cli.event;

import java.util.List;

/**
 * How a run went, reported last.
 *
 * @param end what ended it
 * @param panicText the first line of the kernel's panic message, or where it was at a triple fault; else empty
 * @param instructions guest instructions retired since power-on
 * @param timeNs virtual time since power-on in ns
 * @param stateHash hash of the machine's whole state at the end, in hexadecimal
 */
public record RunSummary(
        End end, String panicText, long instructions, long timeNs, String stateHash, List<ProbeCount> probes) {
    /** What ended a run. */
    public enum End {
        POWER_OFF("power-off"),
        REBOOT("reboot"),
        PANIC("panic"),
        /** The CPU could not even enter the handler of a double fault. */
        TRIPLE_FAULT("triple fault"),
        /** Ended from outside: a signal, or a limit that was given. */
        STOPPED("stopped");

        private final String text;

        End(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }

        /** Whether the guest's kernel has come to harm. */
        public boolean isFatal() {
            return this == PANIC || this == TRIPLE_FAULT;
        }
    }

    /** What happened to the guest, if {@link End#isFatal}. */
    public String fate() {
        return end == End.PANIC ? "the guest panicked: " + panicText : "the guest crashed: " + panicText;
    }

    public RunSummary {
        probes = List.copyOf(probes);
    }
}
