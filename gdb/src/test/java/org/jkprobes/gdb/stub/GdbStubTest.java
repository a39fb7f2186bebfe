package org.jkprobes.gdb.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jkprobes.gdb.packet.PacketStream;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said to the stub, sense or nonsense, is answered, or ends the connection; never the machine. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class GdbStubTest {
    private static final String ENDLESS = """
            loop: addiu $t0, $t0, 1
                  lui   $t1, 0x8000
                  sw    $t0, 0x2000($t1)
                  b     loop
                  nop
            """;

    @TempDir
    Path folder;

    private final List<String> reports = new CopyOnWriteArrayList<>();
    private Malta malta;
    private GdbStub stub;
    private CompletableFuture<Machine.Outcome> run;

    @BeforeEach
    void listen() {
        malta = new Malta(new MaltaMemory(4 << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
        malta.load(0x1000, new MipsAssembler(0x80001000L).add(ENDLESS).littleEndianBytes());
        malta.cpu().jump(0x80001000L);
        stub = GdbStub.of(
                malta.machine(), malta.cpu(), new ListenAddress.Unix(folder.resolve("s")), false, reports::add);
        run = CompletableFuture.supplyAsync(() -> {
            Machine.Outcome outcome = Machine.Outcome.REACHED;
            while (outcome == Machine.Outcome.REACHED && !Thread.currentThread().isInterrupted()) {
                outcome = malta.machine().run(malta.machine().timeline().retired() + 100_000);
            }
            return outcome;
        });
    }

    @AfterEach
    void kill() throws Exception {
        if (!run.isDone()) {
            try (Line line = new Line()) {
                line.say("k");
            }
        }
        assertThat(run.get()).isEqualTo(Machine.Outcome.IDLE);
        stub.close();
    }

    /** A GDB that has connected. */
    private final class Line implements AutoCloseable {
        final SocketChannel channel;
        final PacketStream packets;

        /** The stub may still be busy with the last one. */
        Line() throws IOException {
            SocketChannel open = null;
            PacketStream there = null;
            for (int attempt = 0; there == null && attempt < 500; attempt++) {
                open = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("s")));
                there = new PacketStream(Channels.newInputStream(open), Channels.newOutputStream(open));
                try {
                    there.write("?".getBytes(StandardCharsets.ISO_8859_1));
                    assertThat(new String(there.read(), StandardCharsets.ISO_8859_1))
                            .startsWith("T05");
                } catch (IOException e) {
                    open.close();
                    there = null;
                    pause();
                }
            }
            assertThat(there).as("a connection").isNotNull();
            channel = Objects.requireNonNull(open);
            packets = Objects.requireNonNull(there);
        }

        /** Nothing is acknowledged from now on. */
        Line quick() throws IOException {
            assertThat(ask("QStartNoAckMode")).isEqualTo("OK");
            packets.stopAcknowledging();
            return this;
        }

        void say(String packet) throws IOException {
            packets.write(packet.getBytes(StandardCharsets.ISO_8859_1));
        }

        String ask(String packet) throws IOException {
            say(packet);
            return new String(packets.read(), StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aGuestThatRunsIsInterruptedAndGoesOnWhenGdbHasGone() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (Line line = new Line()) {
                assertThat(line.ask("qSupported:swbreak+")).contains("ReverseContinue+", "PacketSize=");
                line.say("c");
                line.packets.interrupt();
                assertThat(new String(line.packets.read(), StandardCharsets.ISO_8859_1))
                        .startsWith("T02thread:1;");
                assertThat(line.ask("Z0,80001008,4")).isEqualTo("OK");
                assertThat(line.ask("vCont;c:1")).isEqualTo("T05thread:1;swbreak:;");
                assertThat(line.ask("p25")).isEqualTo("08100080");
                if (i == 1) {
                    assertThat(line.ask("D")).isEqualTo("OK");
                }
            }
        }
        assertThat(reports)
                .filteredOn(report -> report.equals("gdb: connected"))
                .hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void anInterruptThatIsNotGdbsEndsNothing() throws Exception {
        try (Line line = new Line()) {
            line.say("c");
            for (int i = 0; i < 1000; i++) {
                malta.machine().interrupt();
                Thread.onSpinWait();
            }
            line.packets.interrupt();
            assertThat(new String(line.packets.read(), StandardCharsets.ISO_8859_1))
                    .startsWith("T02thread:1;");
        }
        assertThat(run).isNotDone();
    }

    @Test
    void watchesOfMipsStopBeforeTheStoreAndBackwardsAfterIt() throws Exception {
        try (Line line = new Line()) {
            assertThat(line.ask("Z2,80002000,4")).isEqualTo("OK");
            assertThat(line.ask("c")).isEqualTo("T05thread:1;watch:80002000;");
            assertThat(line.ask("p25")).isEqualTo("08100080");
            String count = line.ask("p8");
            assertThat(line.ask("m80002000,4")).isNotEqualTo(count);
            assertThat(line.ask("z2,80002000,4")).isEqualTo("OK");
            assertThat(line.ask("s")).isEqualTo("T05thread:1;");
            assertThat(line.ask("m80002000,4")).isEqualTo(count);
            assertThat(line.ask("Z2,80002000,4")).isEqualTo("OK");
            assertThat(line.ask("s")).isEqualTo("T05thread:1;");
            assertThat(line.ask("bc")).isEqualTo("T05thread:1;watch:80002000;");
            assertThat(line.ask("p25")).isEqualTo("0c100080");
        }
    }

    @Test
    void whatMakesNoSenseIsAnError() throws Exception {
        try (Line line = new Line()) {
            for (String packet : List.of(
                    "p",
                    "pzz",
                    "p100",
                    "P0",
                    "P0=",
                    "P25=1234",
                    "G12",
                    "m",
                    "m80001000",
                    "m,4",
                    "Mffff,1:zz",
                    "M80001000,2:00",
                    "Z0",
                    "Z0,80001000",
                    "z9",
                    "H",
                    "Hg7",
                    "T9",
                    "vCont;",
                    "vCont;x",
                    "vCont;c:9",
                    "qXfer:features:read:target.xml:",
                    "cxyz",
                    "C",
                    "X80001000,2:a",
                    "m11112222333344445,1")) {
                assertThat(line.ask(packet)).as(packet).matches("E[0-9a-f]{2}");
            }
            assertThat(line.ask("Z0,80001000,2")).isEqualTo("E16");
            assertThat(line.ask("m0,4")).isEqualTo("E0e");
            assertThat(line.ask("mffffffff,8")).startsWith("E");
            for (String packet : List.of("vMustReplyEmpty", "qUnheardOf", "!", "Z7,0,4", "vFile:open", "bx", "")) {
                assertThat(line.ask(packet)).as(packet).isEmpty();
            }
            assertThat(line.ask("?")).startsWith("T05");
        }
    }

    /** Half of them begin as packets do; after each hundred the stub still answers, on this connection or another one. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void nonsenseNeverEndsTheMachine(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Line line = new Line().quick();
        for (int i = 0; i < 400; i++) {
            byte[] packet = packet(random);
            try {
                // Never waits for an answer: the guest may run for good.
                line.channel.configureBlocking(true);
                send(line, random, packet);
                drain(line);
            } catch (IOException e) {
                line.close();
                line = new Line().quick();
            }
            assertThat(run)
                    .as("seed %d, after '%s'", seed, new String(packet, StandardCharsets.ISO_8859_1))
                    .isNotDone();
        }
        line.close();
        try (Line last = new Line()) {
            assertThat(last.ask("qC")).isEqualTo("QC1");
        }
        assertThat(reports)
                .allMatch(report -> report.startsWith("gdb: ") && report.lines().count() == 1);
    }

    private static byte[] packet(SplittableRandom random) {
        String[] starts = {
            "m", "M", "X", "Z", "z", "p", "P", "G", "c", "s", "vCont;", "q", "Q", "H", "T", "bs", "b", "C", "S", "D",
            "v"
        };
        String alphabet = "0123456789abcdef80001000,;:=#$}*-cszZ";
        StringBuilder text = new StringBuilder(random.nextInt(8) == 0 ? "" : starts[random.nextInt(starts.length)]);
        for (int n = random.nextInt(24); n > 0; n--) {
            text.append(
                    random.nextInt(6) == 0
                            ? (char) random.nextInt(256)
                            : alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString().startsWith("k") || text.toString().startsWith("vKill")
                ? new byte[] {'?'}
                : text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Well framed, wrongly, or not at all; and an interrupt, so that the guest stops again. */
    private static void send(Line line, SplittableRandom random, byte[] packet) throws IOException {
        int sum = 0;
        for (byte b : packet) {
            sum += b;
        }
        ByteBuffer bytes = ByteBuffer.allocate(packet.length + 16);
        int framing = random.nextInt(16);
        bytes.put((byte) (framing == 0 ? '%' : '$')).put(packet).put((byte) '#');
        bytes.put("%02x".formatted((framing == 1 ? sum + 1 : sum) & 0xff).getBytes(StandardCharsets.US_ASCII));
        bytes.put("++".getBytes(StandardCharsets.US_ASCII)).put((byte) 3).flip();
        line.channel.write(bytes);
    }

    /** Takes what has been answered, as far as it is there. */
    private static void drain(Line line) throws IOException {
        line.channel.configureBlocking(false);
        ByteBuffer answers = ByteBuffer.allocate(1 << 16);
        if (line.channel.read(answers) < 0) {
            throw new IOException("closed");
        }
    }
}
