package org.jkprobes.gdb.stub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;

/**
 * What comes from a channel, read ahead by a thread of its own: so that it is known when something has come, and that a reader need not
 * wait for ever.
 */
final class PumpedInput extends InputStream {
    private static final int MOST = 1 << 16;
    /** Who has sent half a packet sends the other half within this time. */
    private static final long PATIENCE_MS = 10_000;

    private final ReadableByteChannel channel;
    private final Runnable arrived;
    private final byte[] bytes = new byte[MOST];
    private int from;
    private int count;
    private boolean ended;

    /** @param arrived run, by another thread, whenever something has come, or the end */
    PumpedInput(ReadableByteChannel channel, Runnable arrived) {
        this.channel = channel;
        this.arrived = arrived;
    }

    void start() {
        Thread.ofPlatform().daemon().name("gdb input").start(this::pump);
    }

    private void pump() {
        ByteBuffer piece = ByteBuffer.allocate(4096);
        try {
            for (int n = channel.read(piece); n >= 0; n = channel.read(piece)) {
                piece.flip();
                put(piece);
                piece.clear();
                arrived.run();
            }
        } catch (IOException e) {
            end(); // closed, by whichever side
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
        arrived.run();
    }

    private synchronized void put(ByteBuffer piece) throws InterruptedException {
        while (piece.hasRemaining()) {
            while (count == MOST) {
                wait();
            }
            int at = (from + count) % MOST;
            int n = Math.min(piece.remaining(), Math.min(MOST - count, MOST - at));
            piece.get(bytes, at, n);
            count += n;
            notifyAll();
        }
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Waits until something has come, or the end. */
    synchronized void await() throws InterruptedException {
        while (count == 0 && !ended) {
            wait();
        }
    }

    /** Whether the other side has closed, and all it said is read. */
    synchronized boolean atEnd() {
        return ended && count == 0;
    }

    @Override
    public synchronized int available() {
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        long until = System.nanoTime() + PATIENCE_MS * 1_000_000;
        while (count == 0 && !ended) {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new IOException("nothing has come for " + PATIENCE_MS / 1000 + " s, in the middle of a packet");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }
        if (count == 0) {
            return -1;
        }
        int n = Math.min(length, Math.min(count, MOST - from));
        System.arraycopy(bytes, from, into, offset, n);
        from = (from + n) % MOST;
        count -= n;
        notifyAll();
        return n;
    }
}
