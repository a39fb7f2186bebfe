package org.jkprobes.gdb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a stub sends, the client ends with an answer or an error of one line, soon. */
class FuzzedStubTest {
    private static final int STUBS = 150;
    private static final Duration PATIENCE = Duration.ofMillis(60);
    private static final String[] PIECES = {
        "$",
        "#",
        "+",
        "-",
        "}",
        "*",
        "T05",
        "T05thread:p1.1;",
        "S05",
        "W00",
        "OK",
        "E01",
        "m1",
        "l",
        "O41",
        "vCont;c;s",
        "PacketSize=",
        "PacketSize=ffffffffffffffff;",
        "qXfer:features:read+;",
        "QStartNoAckMode+;multiprocess+",
        "ENABLE=1",
        "<reg name=\"pc\" bitsize=\"64\"/>",
        "<reg name=\"x\" bitsize=\"99999999999\"/>",
        "<xi:include href=\"target.xml\"/>",
        "l<target>",
        "0000000000000000",
        "xxxx",
        "0*\u007f",
        "\u0003",
        ";",
        ":",
        ",",
        "thread:p",
        "-1"
    };

    @Test
    @Timeout(120)
    void anErrorOrAnAnswerNeverAHang() throws Exception {
        long seed = System.nanoTime();
        int errors = 0;
        for (int i = 0; i < STUBS; i++) {
            long one = seed + i;
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Thread stub = Thread.ofPlatform().daemon().start(() -> babble(server, new Random(one)));
                long start = System.nanoTime();
                try {
                    talk(new StubAddress.Tcp("127.0.0.1", server.getLocalPort()));
                } catch (StubException e) {
                    errors++;
                    assertThat(e.getMessage()).as("seed %d", one).matches("[ -~…]{10,200}");
                }
                assertThat(System.nanoTime() - start).as("seed %d", one).isLessThan(TimeUnit.SECONDS.toNanos(20));
                stub.interrupt();
            }
        }
        assertThat(errors).as("seed %d", seed).isGreaterThan(STUBS / 2);
    }

    private static void talk(StubAddress address) {
        try (Stub stub = Stub.attach(address, PATIENCE)) {
            stub.threads();
            stub.readRegisters(new byte[512]);
            stub.readMemory(0x1000, new byte[5000], 0, 5000);
            stub.writeMemory(0x1000, new byte[100], 0, 100);
            stub.insert(StopPoint.BREAKPOINT, 0x1000, 4);
            stub.step(new ThreadId(1, 1));
            stub.awaitSoon();
            stub.resume();
            stub.interrupt();
            stub.await();
            stub.detach();
        }
    }

    /** Answers whatever it is asked with something: well formed, damaged, too much, or nothing. */
    private static void babble(ServerSocket server, Random random) {
        try (Socket socket = server.accept();
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            byte[] asked = new byte[8192];
            boolean endless = random.nextInt(20) == 0;
            while (in.read(asked) >= 0) {
                do {
                    out.write(answer(random).getBytes(StandardCharsets.ISO_8859_1));
                } while (endless || random.nextInt(4) == 0);
                if (random.nextInt(40) == 0) {
                    return;
                }
            }
        } catch (IOException e) {
            return; // the client has had enough
        }
    }

    private static String answer(Random random) {
        StringBuilder body = new StringBuilder();
        for (int n = random.nextInt(4); n >= 0; n--) {
            body.append(
                    random.nextInt(8) == 0 ? "" + (char) random.nextInt(256) : PIECES[random.nextInt(PIECES.length)]);
        }
        if (random.nextInt(6) == 0) {
            return body.toString();
        }
        int sum = body.chars().sum() + (random.nextInt(20) == 0 ? 1 : 0);
        return (random.nextInt(8) == 0 ? "" : "+") + "$" + body + "#" + "%02x".formatted(sum & 0xff);
    }
}
