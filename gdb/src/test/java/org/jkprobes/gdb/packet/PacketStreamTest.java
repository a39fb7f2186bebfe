package org.jkprobes.gdb.packet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Framing of packets; the first two cases are the manual's own examples. */
class PacketStreamTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    @Test
    void aRunIsExpanded() throws IOException {
        assertThat(text(stream("$0* #7a").read())).isEqualTo("0000");
        assertThat(sent).hasToString("+");
    }

    @Test
    void anEscapedByteComesBack() throws IOException {
        assertThat(stream("$}\u0003#80").read()).containsExactly('#');
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        Random random = new Random(1);
        for (int n = 0; n < 200; n++) {
            byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            ByteArrayOutputStream wire = new ByteArrayOutputStream();
            new PacketStream(new ByteArrayInputStream("+".getBytes(ISO_8859_1)), wire).write(bytes);
            assertThat(new PacketStream(new ByteArrayInputStream(wire.toByteArray()), sent).read())
                    .isEqualTo(bytes);
        }
    }

    @Test
    void aDamagedPacketIsAskedForAgain() throws IOException {
        assertThat(text(stream("$OK#00+noise$OK#9a").read())).isEqualTo("OK");
        assertThat(sent).hasToString("-+");
    }

    @Test
    void aRefusedPacketIsSentAgain() throws IOException {
        stream("-+").write("OK".getBytes(ISO_8859_1));
        assertThat(sent).hasToString("$OK#9a$OK#9a");
    }

    @Test
    void theStopByteIsNoPacket() throws IOException {
        assertThat(PacketStream.isInterrupt(stream("\u0003").read())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$", "$abc", "$abc#", "$abc#1", "$}", "$a*", "$OK#zz", "++++", "-----------"})
    void whatIsNoPacketEndsInOneLine(String wire) {
        PacketStream stream = stream(wire);
        assertThatExceptionOfType(PacketException.class)
                .isThrownBy(stream::read)
                .satisfies(e -> assertThat(e.getMessage()).isNotBlank().doesNotContain("\n"));
    }

    private PacketStream stream(String wire) {
        return new PacketStream(new ByteArrayInputStream(wire.getBytes(ISO_8859_1)), sent);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
