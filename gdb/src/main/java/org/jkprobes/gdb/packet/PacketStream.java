package org.jkprobes.gdb.packet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/**
 * A connection that carries packets: {@code $payload#checksum}, with {@code }} escapes and run-length encoding, acknowledged or not.
 * GDB manual, "Remote Protocol", sections "Overview" and "Packet Acknowledgment". One thread reads; one thread at a time writes.
 */
public final class PacketStream {
    /** A packet longer than this is taken for garbage. */
    public static final int LONGEST = 1 << 20;

    private static final int RETRIES = 5;
    private static final String HEX = "0123456789abcdef";

    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private boolean acknowledging = true;
    private byte[] payload = new byte[4096];

    /**
     * A connection.
     *
     * @param in from the other side; buffered here
     * @param out to the other side; each packet is written and flushed at once
     */
    public PacketStream(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** From now on nothing is acknowledged, after {@code QStartNoAckMode} was agreed upon. */
    public void stopAcknowledging() {
        acknowledging = false;
    }

    /**
     * Sends a packet; while packets are acknowledged, waits for that and sends again what did not arrive well.
     *
     * @param bytes what it says, not yet escaped
     * @throws PacketException if it is refused again and again, or the connection ends
     */
    public void write(byte[] bytes) throws IOException {
        byte[] framed = framed(bytes);
        for (int attempt = 0; attempt < RETRIES; attempt++) {
            out.write(framed);
            out.flush();
            if (!acknowledging || acknowledged()) {
                return;
            }
        }
        throw new PacketException("the other side refuses a packet of " + bytes.length + " bytes again and again");
    }

    /** Sends the byte that asks a running target to stop. */
    public void interrupt() throws IOException {
        out.write(3);
        out.flush();
    }

    /** Whether this, from {@link #read}, is no packet but the byte 0x03: the other side asks to stop. */
    public static boolean isInterrupt(byte[] read) {
        return read.length == 1 && read[0] == 3;
    }

    /** Whether a packet, its beginning, or an interrupt has arrived that nobody has read yet. What else has arrived is dropped. */
    public boolean ready() throws IOException {
        while (at < end || in.available() > 0) {
            int b = next();
            if (b == '$' || b == 3) {
                at--;
                return true;
            }
        }
        return false;
    }

    /**
     * Waits for the next packet.
     *
     * @return what it says, without escapes and run lengths; or what {@link #isInterrupt} tells
     * @throws PacketException if the connection ends, or no packet arrives well
     */
    public byte[] read() throws IOException {
        for (int attempt = 0; attempt < RETRIES; ) {
            int first = next();
            if (first == 3) {
                return new byte[] {3};
            }
            if (first != '$') {
                continue; // an acknowledgement that comes late, or noise between packets
            }
            byte[] body = body();
            boolean well = sum == checksum();
            if (!acknowledging) {
                if (well) {
                    return body;
                }
                throw new PacketException("a packet arrived with a wrong checksum");
            }
            out.write(well ? '+' : '-');
            out.flush();
            if (well) {
                return body;
            }
            attempt++;
        }
        throw new PacketException("packets arrive with wrong checksums again and again");
    }

    private boolean acknowledged() throws IOException {
        while (true) {
            int b = next();
            if (b == '+' || b == '-') {
                return b == '+';
            }
        }
    }

    private int sum;

    private byte[] body() throws IOException {
        sum = 0;
        int length = 0;
        for (int b = next(); b != '#'; b = next()) {
            sum = sum + b & 0xff;
            if (b == '}') {
                b = next();
                sum = sum + b & 0xff;
                length = put(length, b ^ 0x20, 1);
            } else if (b == '*' && length > 0) {
                b = next();
                sum = sum + b & 0xff;
                length = put(length, payload[length - 1], Math.max(0, b - 29));
            } else {
                length = put(length, b, 1);
            }
        }
        return Arrays.copyOf(payload, length);
    }

    private int put(int length, int b, int times) throws PacketException {
        if (length + times > LONGEST) {
            throw new PacketException("a packet of more than " + LONGEST + " bytes arrived");
        }
        if (length + times > payload.length) {
            payload = Arrays.copyOf(payload, Math.min(LONGEST, Math.max(length + times, payload.length * 2)));
        }
        Arrays.fill(payload, length, length + times, (byte) b);
        return length + times;
    }

    private int checksum() throws IOException {
        int high = Character.digit(next(), 16);
        int low = Character.digit(next(), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private int next() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(buffer, 0, buffer.length));
            if (end == 0) {
                throw new PacketException("the connection was closed by the other side");
            }
        }
        return buffer[at++] & 0xff;
    }

    private static byte[] framed(byte[] bytes) {
        Objects.requireNonNull(bytes);
        byte[] framed = new byte[bytes.length * 2 + 4];
        int length = 0;
        int sum = 0;
        framed[length++] = '$';
        for (byte b : bytes) {
            boolean escape = b == '$' || b == '#' || b == '}' || b == '*';
            if (escape) {
                framed[length++] = '}';
                sum += '}';
            }
            framed[length] = (byte) (escape ? b ^ 0x20 : b);
            sum += framed[length++] & 0xff;
        }
        framed[length++] = '#';
        framed[length++] = (byte) HEX.charAt(sum >> 4 & 15);
        framed[length++] = (byte) HEX.charAt(sum & 15);
        return Arrays.copyOf(framed, length);
    }
}
