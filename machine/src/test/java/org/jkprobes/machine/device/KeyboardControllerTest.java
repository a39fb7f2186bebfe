package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeyboardControllerTest {
    private final AtomicInteger resets = new AtomicInteger();
    private final KeyboardController controller = new KeyboardController(resets::incrementAndGet);

    private long ask(int command) {
        controller.store(4, 1, command);
        assertThat(controller.load(4, 1) & 1).as("full").isEqualTo(1);
        long answer = controller.load(0, 1);
        assertThat(controller.load(4, 1) & 1).as("empty").isZero();
        return answer;
    }

    @Test
    void itTestsItselfAndKeepsItsMode() {
        assertThat(ask(0xaa)).isEqualTo(0x55);
        controller.store(4, 1, 0x60);
        controller.store(0, 1, 0x74);
        assertThat(ask(0x20)).isEqualTo(0x74);
    }

    @Test
    void thePulseResets() {
        controller.store(4, 1, 0xff);
        controller.store(4, 1, 0xed);
        assertThat(resets).hasValue(0);
        controller.store(4, 1, 0xfe);
        assertThat(resets).hasValue(1);
        controller.store(4, 1, 0xd1);
        controller.store(0, 1, 0xce);
        assertThat(resets).hasValue(2);
    }

    @Test
    void nobodyAnswersBehindIt() {
        controller.store(0, 1, 0xf2);
        assertThat(controller.load(4, 1) & 1).isZero();
    }
}
