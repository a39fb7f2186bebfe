package org.jkprobes.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@link ProbedGuest} or {@link ForkedGuest} has printed. */
record ProbeFigures(Map<String, Double> byName) {
    ProbeFigures {
        byName = Map.copyOf(byName);
    }

    double get(String name) {
        Double value = byName.get(name);
        if (value == null) {
            throw new BenchFailure("no figure " + name);
        }
        return value;
    }

    /**
     * @param what what it does, for messages
     * @throws BenchFailure if the process does not end well
     */
    static ProbeFigures measure(String what, List<String> command) {
        Map<String, Double> figures = new HashMap<>();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader lines = process.inputReader(StandardCharsets.ISO_8859_1)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.split(" ");
                    figures.put(words[0], Double.parseDouble(words[1]));
                }
            }
            int code = process.waitFor();
            if (code != 0) {
                throw new BenchFailure(what + " ended with exit code " + code);
            }
            return new ProbeFigures(figures);
        } catch (IOException e) {
            throw new BenchFailure(what + " failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("interrupted");
        }
    }
}
