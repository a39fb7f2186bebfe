package org.jkprobes.gdb.stub;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jkprobes.gdb.packet.PacketStream;

/** A GDB that has connected. */
final class Connection implements AutoCloseable {
    private final SocketChannel channel;
    private final PumpedInput input;
    private final PacketStream packets;

    /** @param arrived run, by another thread, whenever something has come, or the end */
    Connection(SocketChannel channel, Runnable arrived) {
        this.channel = channel;
        input = new PumpedInput(channel, arrived);
        packets = new PacketStream(input, new Output());
        input.start();
    }

    /** Each packet is one write. */
    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    /** Whether a packet has come, or its beginning. */
    boolean ready() throws IOException {
        return packets.ready();
    }

    /** Whether nothing more will come. */
    boolean atEnd() {
        return input.atEnd();
    }

    /** Waits for a packet or the end. */
    byte[] read() throws IOException, InterruptedException {
        while (!packets.ready() && !input.atEnd()) {
            input.await();
        }
        return packets.read();
    }

    void write(byte[] reply) throws IOException {
        packets.write(reply);
    }

    void write(String reply) throws IOException {
        write(reply.getBytes(StandardCharsets.ISO_8859_1));
    }

    void stopAcknowledging() {
        packets.stopAcknowledging();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            return; // it is of no use any more, either way
        }
    }
}
