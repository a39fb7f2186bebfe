package org.jkprobes.gdb.client;

import java.nio.file.Path;
import java.util.List;

/** Where a stub listens. */
public sealed interface StubAddress {
    /** A TCP port. */
    record Tcp(String host, int port) implements StubAddress {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** A Unix socket. */
    record Unix(Path socket) implements StubAddress {
        @Override
        public String toString() {
            return "unix:" + socket;
        }
    }

    /** A program that is started, and speaks on its standard streams. */
    record Program(List<String> command) implements StubAddress {
        public Program {
            command = List.copyOf(command);
        }

        @Override
        public String toString() {
            return "|" + String.join(" ", command);
        }
    }

    /**
     * {@code HOST:PORT}, {@code :PORT}, {@code tcp:HOST:PORT}, {@code unix:PATH}, or {@code |PROGRAM ARGUMENT …} (split at blanks).
     *
     * @throws StubException if it is none of these
     */
    static StubAddress parse(String text) {
        if (text.startsWith("|")) {
            List<String> words = List.of(text.substring(1).strip().split("\\s+"));
            if (words.getFirst().isEmpty()) {
                throw new StubException("no program in '" + text + "'");
            }
            return new Program(words);
        }
        if (text.startsWith("unix:") && text.length() > "unix:".length()) {
            return new Unix(Path.of(text.substring("unix:".length())));
        }
        String place = text.startsWith("tcp:") ? text.substring("tcp:".length()) : text;
        int colon = place.lastIndexOf(':');
        int port = colon < 0 ? -1 : port(place.substring(colon + 1));
        if (port < 1 || port > 65_535) {
            throw new StubException("'" + text + "' is neither HOST:PORT nor unix:PATH");
        }
        String host = place.substring(0, colon);
        return new Tcp(host.isEmpty() ? "localhost" : host, port);
    }

    private static int port(String digits) {
        return digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : -1;
    }
}
