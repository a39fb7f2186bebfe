package org.jkprobes.gdb.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * A byte connection to a stub whose reads can be given a deadline. One thread reads; any thread may write. Interrupting a thread that
 * reads does not close it.
 */
abstract class Link implements AutoCloseable {
    /** Nothing of the protocol is longer; twice, for what has to be escaped, and a little. */
    private static final long MOST_BYTES = 3L << 20;

    private long left = MOST_BYTES;
    private boolean corked;
    private byte[] held = new byte[4096];
    private int heldBytes;

    /** @throws StubException if it cannot be reached */
    static Link open(StubAddress address, Duration timeout) {
        try {
            return switch (address) {
                case StubAddress.Tcp tcp -> SocketLink.open(tcp, timeout);
                case StubAddress.Unix unix -> SocketLink.open(unix, timeout);
                case StubAddress.Program program -> ProgramLink.start(program);
            };
        } catch (IOException e) {
            throw new StubException("no GDB stub at " + address + ": " + reason(e), e);
        }
    }

    static String reason(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** Reads at least one byte, -1 at the end; by the deadline. */
    abstract int receive(byte[] into, int offset, int length) throws IOException;

    abstract int waiting() throws IOException;

    /** Sends all. Called by one thread at a time. */
    abstract void send(byte[] bytes, int offset, int length) throws IOException;

    /** From now on reads end with an error at this time, 0 for never; and what is read must be a packet soon. */
    void expect(long nanoTime) {
        left = MOST_BYTES;
    }

    @Override
    public abstract void close();

    /** Holds back what is written until {@link #uncork}: packets that go together go at once. */
    synchronized void cork() {
        corked = true;
    }

    synchronized void uncork() throws IOException {
        corked = false;
        int count = heldBytes;
        heldBytes = 0;
        if (count > 0) {
            send(held, 0, count);
        }
    }

    private synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        if (!corked) {
            send(bytes, offset, length);
            return;
        }
        if (heldBytes + length > held.length) {
            held = java.util.Arrays.copyOf(held, Math.max(held.length * 2, heldBytes + length));
        }
        System.arraycopy(bytes, offset, held, heldBytes, length);
        heldBytes += length;
    }

    InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int count = receive(into, offset, length);
                left -= Math.max(0, count);
                if (left < 0) {
                    throw new IOException("it sends bytes without end that are no packet");
                }
                return count;
            }

            @Override
            public int available() throws IOException {
                return waiting();
            }
        };
    }

    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                Link.this.write(bytes, offset, length);
            }
        };
    }
}
