package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class I8259PairTest {
    private final Wire output = new Wire(new Timeline());
    private final I8259Pair pair = new I8259Pair(output);

    /** As PCs do: vectors 0x20 and 0x28, the slave on input 2. */
    @BeforeEach
    void initialize() {
        initialize(pair.master(), 0x20, 4, 1);
        initialize(pair.slave(), 0x28, 2, 1);
    }

    private static void initialize(I8259 chip, int... words) {
        chip.store(0, 1, 0x11);
        for (int word : words) {
            chip.store(1, 1, word);
        }
    }

    private void pulse(int irq) {
        pair.input(irq).set(true);
        pair.input(irq).set(false);
    }

    @Test
    void anEdgeIsRememberedUntilItIsAcknowledged() {
        pulse(4);
        assertThat(output.level()).isTrue();
        assertThat(pair.acknowledge()).isEqualTo(0x24);
        assertThat(output.level()).isFalse();
    }

    @Test
    void aLevelGoesWithItsSource() {
        pair.edgeLevelControl().store(0, 1, 0x20);
        pair.input(5).set(true);
        assertThat(output.level()).isTrue();
        pair.input(5).set(false);
        assertThat(output.level()).isFalse();
    }

    @Test
    void aLevelThatStaysInterruptsAgainAfterItsEnd() {
        pair.edgeLevelControl().store(1, 1, 0x08);
        pair.input(11).set(true);
        assertThat(pair.acknowledge()).isEqualTo(0x2b);
        pair.slave().store(0, 1, 0x20);
        pair.master().store(0, 1, 0x20);
        assertThat(output.level()).isTrue();
    }

    @Test
    void lowerInputsWaitUntilHigherOnesHaveEnded() {
        pulse(3);
        assertThat(pair.acknowledge()).isEqualTo(0x23);
        pulse(6);
        assertThat(output.level()).isFalse();
        pulse(1);
        assertThat(pair.acknowledge()).isEqualTo(0x21);
        pair.master().store(0, 1, 0x20);
        assertThat(output.level()).isFalse();
        pair.master().store(0, 1, 0x20);
        assertThat(pair.acknowledge()).isEqualTo(0x26);
    }

    @Test
    void theSlaveComesThroughInputTwo() {
        pulse(14);
        assertThat(pair.acknowledge()).isEqualTo(0x2e);
        pair.master().store(0, 1, 0x0b);
        pair.slave().store(0, 1, 0x0b);
        assertThat(pair.master().load(0, 1)).isEqualTo(0x04);
        assertThat(pair.slave().load(0, 1)).isEqualTo(0x40);
    }

    @Test
    void aRequestThatHasGoneGivesTheSpuriousVectorAndIsNotInService() {
        assertThat(pair.acknowledge()).isEqualTo(0x27);
        pair.master().store(0, 1, 0x0b);
        assertThat(pair.master().load(0, 1)).isZero();
    }

    @Test
    void theMaskHoldsBackAndLetsGo() {
        pair.master().store(1, 1, 0x10);
        pulse(4);
        assertThat(output.level()).isFalse();
        pair.master().store(1, 1, 0x00);
        assertThat(output.level()).isTrue();
    }

    @Test
    void pollingAcknowledges() {
        pulse(5);
        pair.master().store(0, 1, 0x0c);
        assertThat(pair.master().load(0, 1)).isEqualTo(0x85);
        assertThat(output.level()).isFalse();
    }

    @Test
    void automaticEndLeavesNothingInService() {
        initialize(pair.master(), 0x20, 4, 3);
        pulse(3);
        assertThat(pair.acknowledge()).isEqualTo(0x23);
        pulse(6);
        assertThat(output.level()).isTrue();
    }

    @Test
    void rotationMakesTheServedInputTheLast() {
        pulse(3);
        pair.acknowledge();
        pair.master().store(0, 1, 0xa0);
        pulse(3);
        pulse(7);
        assertThat(pair.acknowledge()).isEqualTo(0x27);
    }

    @Test
    void aRestoredPairGoesOnWhereTheOldOneStopped() {
        pulse(3);
        pair.acknowledge();
        pulse(14);
        pulse(6);
        StateOutput state = new StateOutput();
        pair.save(state);
        I8259Pair other = new I8259Pair(InterruptLine.NONE);
        other.restore(new StateInput(state.toByteArray()));
        pair.master().store(0, 1, 0x20);
        other.master().store(0, 1, 0x20);
        assertThat(other.acknowledge()).isEqualTo(pair.acknowledge()).isEqualTo(0x2e);
    }
}
