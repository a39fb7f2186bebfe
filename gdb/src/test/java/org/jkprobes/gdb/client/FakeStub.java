package org.jkprobes.gdb.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jkprobes.gdb.packet.PacketStream;

/** A stub on a TCP port of this host, for one client: what it says is a function of what it is asked. */
public final class FakeStub implements AutoCloseable {
    /** Says nothing. */
    public static final String SILENCE = "(silence)";

    private final ServerSocket server;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Function<String, String> answers;
    private final boolean mayStopAcknowledging;

    public FakeStub(boolean mayStopAcknowledging, Function<String, String> answers) {
        this.answers = answers;
        this.mayStopAcknowledging = mayStopAcknowledging;
        try {
            server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("fake stub").start(this::serve);
    }

    public StubAddress address() {
        return new StubAddress.Tcp(server.getInetAddress().getHostAddress(), server.getLocalPort());
    }

    /** The packets it has been sent; {@code 0x03} for one that asks to stop. */
    public List<String> heard() {
        return heard;
    }

    private void serve() {
        try (Socket socket = server.accept();
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            PacketStream packets = new PacketStream(in, out);
            while (true) {
                byte[] packet = packets.read();
                String asked =
                        PacketStream.isInterrupt(packet) ? "0x03" : new String(packet, StandardCharsets.ISO_8859_1);
                heard.add(asked);
                String answer = asked.equals("QStartNoAckMode")
                        ? "OK"
                        : asked.startsWith("qSupported")
                                ? "PacketSize=400;multiprocess+" + (mayStopAcknowledging ? ";QStartNoAckMode+" : "")
                                : answers.apply(asked);
                if (!answer.equals(SILENCE)) {
                    packets.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                }
                if (asked.equals("QStartNoAckMode")) {
                    packets.stopAcknowledging();
                }
            }
        } catch (IOException e) {
            heard.add("(closed)");
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
