package org.jkprobes.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A process from start to end, as seen from outside.
 *
 * @param whole from start to end
 * @param spans by workload, between its marks on the console
 */
record Course(Span whole, Map<String, Span> spans) {
    /**
     * A stretch of it.
     *
     * @param wallNs time of the host
     * @param cpuNs CPU time of all threads of the process
     * @param peakBytes most memory resident until its end
     * @param instructions guest instructions, if the machine tells; otherwise 0
     * @param value what the workload computed; empty for whole processes
     */
    record Span(long wallNs, long cpuNs, long peakBytes, long instructions, String value) {
        double wallSeconds() {
            return wallNs / 1e9;
        }

        double cpuSeconds() {
            return cpuNs / 1e9;
        }

        static Span between(Reading from, Reading to, long instructions, String value) {
            return new Span(
                    to.wallNs() - from.wallNs(), to.cpuNs() - from.cpuNs(), to.peakBytes(), instructions, value);
        }
    }

    Course {
        spans = new LinkedHashMap<>(spans);
    }

    /**
     * The stretch of a workload.
     *
     * @throws BenchFailure if the guest has not run it to its end
     */
    Span span(String workload) {
        Span span = spans.get(workload);
        if (span == null) {
            throw new BenchFailure("the guest has not run the workload " + workload + " to its end");
        }
        return span;
    }
}
