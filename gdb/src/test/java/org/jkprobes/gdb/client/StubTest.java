package org.jkprobes.gdb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class StubTest {
    private static final Duration SOON = Duration.ofMillis(500);

    private static String ordinary(String asked) {
        return switch (asked.charAt(0)) {
            case '?' -> "T05thread:p1.2;";
            case 'q' -> asked.equals("qfThreadInfo") ? "mp1.1,p1.2" : asked.equals("qsThreadInfo") ? "l" : "";
            case 'v' -> asked.equals("vCont?") ? "vCont;c;C;s;S" : "T05thread:p1.2;";
            case 'm' -> memory(asked);
            case 'H', 'G', 'P', 'M', 'Z', 'z', 'D' -> "OK";
            default -> "";
        };
    }

    /** 4 KiB of memory, in which each byte is the low byte of its address. */
    private static String memory(String asked) {
        String[] numbers = asked.substring(1).split(",", -1);
        long start = Long.parseLong(numbers[0], 16);
        int length = Integer.parseInt(numbers[1], 16);
        StringBuilder bytes = new StringBuilder();
        for (long at = start; at < start + length && at < 4096; at++) {
            bytes.append("%02x".formatted(at & 0xff));
        }
        return bytes.isEmpty() ? "E14" : bytes.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void memoryIsReadInPiecesUpToItsEnd(boolean acknowledgesNothing) {
        try (FakeStub fake = new FakeStub(acknowledgesNothing, StubTest::ordinary);
                Stub stub = Stub.attach(fake.address(), SOON)) {
            byte[] bytes = new byte[5000];
            assertThat(stub.readMemory(100, bytes, 0, 5000)).isEqualTo(3996);
            for (int i = 0; i < 3996; i++) {
                assertThat(bytes[i]).isEqualTo((byte) (i + 100));
            }
            assertThat(stub.readMemory(5000, bytes, 0, 10)).isZero();
            assertThat(fake.heard().stream()
                            .filter(asked -> asked.startsWith("m"))
                            .mapToInt(String::length))
                    .allMatch(length -> length < 0x400);
        }
    }

    @Test
    void vCpusAreThreads() {
        try (FakeStub fake = new FakeStub(true, StubTest::ordinary);
                Stub stub = Stub.attach(fake.address(), SOON)) {
            assertThat(stub.threads()).containsExactly(new ThreadId(1, 1), new ThreadId(1, 2));
            assertThat(((StopReply.Stopped) stub.halted()).thread()).contains(new ThreadId(1, 2));
            stub.step(new ThreadId(1, 2));
            assertThat(stub.awaitSoon()).isInstanceOf(StopReply.Stopped.class);
            assertThat(fake.heard()).contains("vCont;s:p1.2");
        }
    }

    @Test
    void stopsThatNobodyHasAskedAboutAreNoAnswers() {
        int[] count = {0};
        try (FakeStub fake = new FakeStub(
                        true,
                        asked ->
                                asked.equals("qfThreadInfo") && count[0]++ == 0 ? "T02thread:p1.1;" : ordinary(asked));
                Stub stub = Stub.attach(fake.address(), SOON)) {
            // Only the stop arrives, and nothing after it.
            assertThatThrownBy(stub::threads).isInstanceOf(StubException.class).hasMessageContaining("does not answer");
        }
    }

    @Test
    void stopReplies() {
        assertThat(StopReply.parse("S05"))
                .isEqualTo(new StopReply.Stopped(5, Optional.empty(), Optional.empty(), OptionalLong.empty()));
        for (StopPoint kind : List.of(StopPoint.WRITE, StopPoint.READ, StopPoint.ACCESS)) {
            assertThat(StopReply.parse("T05thread:p01.02;" + kind.field() + ":ffff0010;"))
                    .isEqualTo(new StopReply.Stopped(
                            5, Optional.of(new ThreadId(1, 2)), Optional.of(kind), OptionalLong.of(0xffff0010L)));
        }
        assertThat(StopReply.parse("W00")).isEqualTo(new StopReply.Ended(0, false));
        for (String wrong : List.of("", "OK", "T", "Tzz", "T05thread:;", "T05thread:q;", "E01")) {
            assertThatThrownBy(() -> StopReply.parse(wrong)).isInstanceOf(StubException.class);
        }
    }

    @Test
    void registersAreWhereTheDescriptionSays() {
        TargetDescription description = TargetDescription.read(name -> switch (name) {
            case "target.xml" ->
                "<target><architecture>powerpc:common64</architecture><xi:include href=\"core.xml\"/>"
                        + "<!-- <reg name=\"none\" bitsize=\"8\"/> --></target>";
            default ->
                "<feature><reg name=\"r0\" bitsize=\"64\"/><reg name=\"pc\" bitsize=\"64\" regnum=\"64\"/>"
                        + "<reg name='f0' bitsize='32' regnum='32'/></feature>";
        });
        assertThat(description.architecture()).isEqualTo("powerpc:common64");
        assertThat(description.layout().bytes()).isEqualTo(20);
        assertThat(description.layout().named("pc")).isEqualTo(new RegisterLayout.Register("pc", 64, 8, 12));
        assertThatThrownBy(() -> TargetDescription.read(name -> "<xi:include href=\"x\"/>"))
                .isInstanceOf(StubException.class)
                .hasMessageContaining("no end");
    }

    @Test
    void aStubThatSaysNothingIsGivenUp() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StubAddress address = new StubAddress.Tcp("127.0.0.1", silent.getLocalPort());
            assertThatThrownBy(() -> Stub.attach(address, SOON))
                    .isInstanceOf(StubException.class)
                    .hasMessage("the GDB stub at " + address + ": it does not answer");
        }
        assertThatThrownBy(() -> Stub.attach(new StubAddress.Program(List.of("sleep", "60")), SOON))
                .isInstanceOf(StubException.class)
                .hasMessageContaining("does not answer");
    }

    @Test
    void whereThereIsNoStubThatIsSaid() {
        assertThatThrownBy(() -> Stub.attach(new StubAddress.Unix(java.nio.file.Path.of("/nowhere/at/all")), SOON))
                .isInstanceOf(StubException.class)
                .hasMessageStartingWith("no GDB stub at unix:/nowhere/at/all: ");
        for (String wrong : List.of("", "host", "host:", "host:0", "host:70000", "unix:", "|", "12")) {
            assertThatThrownBy(() -> StubAddress.parse(wrong)).isInstanceOf(StubException.class);
        }
        assertThat(StubAddress.parse(":1234")).isEqualTo(new StubAddress.Tcp("localhost", 1234));
        assertThat(StubAddress.parse("unix:/a b")).hasToString("unix:/a b");
    }
}
