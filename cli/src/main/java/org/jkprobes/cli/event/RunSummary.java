package org.jkprobes.cli.event;

import java.util.List;

/**
 * How a run went, reported last.
 *
 * @param end what ended it
 * @param panicText the first line of the kernel's panic message; empty if it did not panic
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
    }

    public RunSummary {
        probes = List.copyOf(probes);
    }
}
