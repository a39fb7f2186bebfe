package org.jkprobes.gdb.stub;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a stub listens: {@code HOST:PORT}, {@code :PORT} for this host alone, or {@code unix:PATH}. Port 0 is any that is free. */
public sealed interface ListenAddress {
    /** TCP. */
    record Tcp(String host, int port) implements ListenAddress {
        InetSocketAddress address() {
            return host.isEmpty()
                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                    : new InetSocketAddress(host, port);
        }
    }

    /** A Unix socket. */
    record Unix(Path path) implements ListenAddress {
        UnixDomainSocketAddress address() {
            return UnixDomainSocketAddress.of(path);
        }
    }

    /**
     * Reads an address as the user writes it.
     *
     * @throws IllegalArgumentException if it is none; the message says why, in one line
     */
    static ListenAddress parse(String text) {
        if (text.startsWith("unix:")) {
            return unix(text.substring(5));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(text + ": not HOST:PORT, :PORT or unix:PATH");
        }
        int port;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            port = -1;
        }
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException(text + ": the port is not a number from 0 to 65535");
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new Tcp(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    private static ListenAddress unix(String path) {
        try {
            if (path.isEmpty()) {
                throw new IllegalArgumentException("unix: needs a path");
            }
            return new Unix(Path.of(path));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("unix:" + path + ": not a path", e);
        }
    }

    /** The family of its sockets. */
    default StandardProtocolFamily family() {
        return this instanceof Unix ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET;
    }
}
