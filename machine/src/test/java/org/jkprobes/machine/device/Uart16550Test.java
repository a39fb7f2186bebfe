package org.jkprobes.machine.device;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Test;

class Uart16550Test {
    private final Timeline timeline = new Timeline();
    private final Wire line = new Wire(timeline);
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final Uart16550 uart = new Uart16550(timeline, 115_200, line, sent::write);

    private int get(int register) {
        return (int) uart.load(register, 1);
    }

    private void set(int register, int value) {
        uart.store(register, 1, value);
    }

    @Test
    void transmitsAtOnce() {
        set(0, 'o');
        set(0, 'k');
        assertThat(sent.toString(US_ASCII)).isEqualTo("ok");
        assertThat(get(5)).isEqualTo(0x60);
    }

    @Test
    void eachByteRaisesTheTransmitterInterruptAnew() {
        set(1, 0x02);
        assertThat(get(2)).isEqualTo(0x02);
        assertThat(get(2)).as("reading acknowledges it").isEqualTo(0x01);
        set(0, 'a');
        set(0, 'b');
        assertThat(line.rises).hasSize(3);
    }

    @Test
    void receivesWithoutFifos() {
        set(1, 0x01);
        uart.receive('x');
        assertThat(line.level()).isTrue();
        assertThat(uart.canReceive()).isFalse();
        assertThat(get(2)).isEqualTo(0x04);
        assertThat(get(0)).isEqualTo('x');
        assertThat(line.level()).isFalse();
        assertThat(uart.canReceive()).isTrue();
    }

    @Test
    void interruptsAtTheTriggerLevelOrWhenFourCharactersOfTimeHavePassed() {
        set(3, 0x83);
        set(0, 12);
        set(3, 0x03);
        set(2, 0x81);
        set(1, 0x01);
        for (int i = 0; i < 7; i++) {
            uart.receive(i);
        }
        assertThat(line.level()).isFalse();
        // 10 bits at 9600 baud, four times.
        Wire.passTo(timeline, 4_166_660);
        assertThat(line.level()).isFalse();
        Wire.passTo(timeline, 4_166_667);
        assertThat(get(2)).isEqualTo(0xcc);
        assertThat(get(0)).isZero();
        uart.receive(7);
        uart.receive(8);
        assertThat(get(2)).isEqualTo(0xc4);
        for (int i = 1; i <= 8; i++) {
            assertThat(get(0)).isEqualTo(i);
        }
        assertThat(get(5)).isEqualTo(0x60);
    }

    @Test
    void aFullFifoOverruns() {
        set(2, 0x01);
        for (int i = 0; i < 16; i++) {
            assertThat(uart.canReceive()).isTrue();
            uart.receive(i);
        }
        assertThat(uart.canReceive()).isFalse();
        uart.receive(99);
        assertThat(get(5)).isEqualTo(0x63);
        assertThat(get(5)).as("reading clears the overrun").isEqualTo(0x61);
        for (int i = 0; i < 16; i++) {
            assertThat(get(0)).isEqualTo(i);
        }
    }

    @Test
    void loopbackReturnsBytesAndModemLines() {
        set(4, 0x1a);
        assertThat(get(6)).isEqualTo(0x90);
        set(0, 0x5a);
        assertThat(get(0)).isEqualTo(0x5a);
        assertThat(sent.size()).isZero();
        assertThat(uart.canReceive()).isFalse();
    }

    @Test
    void theDivisorHidesBehindItsLatch() {
        set(3, 0x83);
        set(0, 0x34);
        set(1, 0x12);
        assertThat(get(0)).isEqualTo(0x34);
        assertThat(get(1)).isEqualTo(0x12);
        set(3, 0x03);
        assertThat(get(1)).isZero();
    }

    @Test
    void whatIsQueuedIsSavedNotWhereItLies() {
        set(2, 0x01);
        uart.receive('a');
        get(0);
        uart.receive('b');
        StateOutput state = new StateOutput();
        uart.save(state);
        Uart16550 other = new Uart16550(new Timeline(), 115_200, InterruptLine.NONE, ConsoleSink.NONE);
        other.restore(new StateInput(state.toByteArray()));
        StateOutput again = new StateOutput();
        other.save(again);
        assertThat(again.toByteArray()).isEqualTo(state.toByteArray());
        assertThat(other.load(0, 1)).isEqualTo('b');
    }
}
