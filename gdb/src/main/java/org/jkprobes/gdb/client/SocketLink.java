package org.jkprobes.gdb.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A TCP or Unix socket. Not blocking, so that neither a deadline nor an interrupted thread costs the connection. */
final class SocketLink extends Link {
    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer input = ByteBuffer.allocateDirect(1 << 16).flip();
    private final ByteBuffer output = ByteBuffer.allocateDirect(1 << 16);
    private volatile long deadline;

    private SocketLink(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    static SocketLink open(StubAddress.Tcp address, Duration timeout) throws IOException {
        InetSocketAddress place = new InetSocketAddress(address.host(), address.port());
        if (place.isUnresolved()) {
            throw new IOException("no host of that name");
        }
        SocketLink link = connect(place, SocketChannel.open(), timeout);
        link.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return link;
    }

    static SocketLink open(StubAddress.Unix address, Duration timeout) throws IOException {
        SocketAddress place = UnixDomainSocketAddress.of(address.socket());
        return connect(place, SocketChannel.open(java.net.StandardProtocolFamily.UNIX), timeout);
    }

    private static SocketLink connect(SocketAddress place, SocketChannel channel, Duration timeout) throws IOException {
        try {
            channel.configureBlocking(false);
            if (!channel.connect(place)) {
                try (Selector selector = Selector.open()) {
                    channel.register(selector, SelectionKey.OP_CONNECT);
                    if (selector.select(timeout.toMillis()) == 0) {
                        throw new IOException("no answer within " + timeout.toSeconds() + " s");
                    }
                }
                channel.finishConnect();
            }
            return new SocketLink(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    void expect(long nanoTime) {
        super.expect(nanoTime);
        deadline = nanoTime;
    }

    @Override
    int receive(byte[] into, int offset, int length) throws IOException {
        if (!input.hasRemaining() && fill() < 0) {
            return -1;
        }
        int count = Math.min(length, input.remaining());
        input.get(into, offset, count);
        return count;
    }

    private int fill() throws IOException {
        input.clear();
        int count = 0;
        boolean interrupted = false;
        try {
            while (count == 0) {
                count = channel.read(input);
                if (count == 0) {
                    await();
                    interrupted |= Thread.interrupted(); // wakes a selector again and again
                }
            }
        } finally {
            input.flip();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return count;
    }

    private void await() throws IOException {
        try {
            select();
        } catch (ClosedSelectorException e) {
            throw new IOException("the connection is closed", e);
        }
    }

    private void select() throws IOException {
        long until = deadline;
        if (until == 0) {
            selector.select(TimeUnit.SECONDS.toMillis(1)); // who sets a deadline meanwhile is noticed
        } else {
            long millis = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (millis <= 0) {
                throw new IOException("it does not answer");
            }
            selector.select(millis);
        }
        selector.selectedKeys().clear();
    }

    @Override
    int waiting() throws IOException {
        if (!input.hasRemaining()) {
            input.clear();
            try {
                channel.read(input);
            } finally {
                input.flip();
            }
        }
        return input.remaining();
    }

    @Override
    void send(byte[] bytes, int offset, int length) throws IOException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        for (int done = 0; done < length; ) {
            output.clear();
            output.put(bytes, offset + done, Math.min(output.remaining(), length - done));
            output.flip();
            while (output.hasRemaining()) {
                int count = channel.write(output);
                done += count;
                if (count == 0) {
                    if (System.nanoTime() > until) {
                        throw new IOException("it takes nothing any more");
                    }
                    Thread.onSpinWait();
                    java.util.concurrent.locks.LockSupport.parkNanos(100_000);
                }
            }
        }
    }

    @Override
    public void close() {
        try (channel) {
            selector.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
