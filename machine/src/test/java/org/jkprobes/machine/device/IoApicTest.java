package org.jkprobes.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IoApicTest {
    private final List<ApicMessage> sent = new ArrayList<>();
    private final I8259Pair pics = new I8259Pair(InterruptLine.NONE);
    private final IoApic apic = new IoApic(sent::add, pics);

    private void entry(int input, int low) {
        apic.store(0, 4, 0x10 + 2 * input);
        apic.store(0x10, 4, low);
    }

    @Test
    void anEdgeIsOneMessage() {
        entry(4, 0x34);
        InterruptLine wire = apic.isaInput(4);
        wire.set(true);
        wire.set(false);
        assertThat(sent).containsExactly(new ApicMessage(0, false, ApicMessage.FIXED, 0x34, false));
        wire.set(true);
        assertThat(sent).hasSize(2);
    }

    @Test
    void anEdgeAtAMaskedInputIsLost() {
        InterruptLine wire = apic.isaInput(4);
        wire.set(true);
        wire.set(false);
        entry(4, 0x34);
        assertThat(sent).isEmpty();
    }

    @Test
    void aLevelIsSentAgainUntilItFalls() {
        entry(9, 0x8039);
        InterruptLine wire = apic.isaInput(9);
        wire.set(true);
        wire.set(true);
        assertThat(sent).hasSize(1);
        apic.ended(0x39);
        assertThat(sent).hasSize(2);
        wire.set(false);
        apic.ended(0x39);
        assertThat(sent).hasSize(2);
    }

    @Test
    void isaInterrupt0ComesInAt2() {
        entry(2, 0x30);
        apic.isaInput(0).set(true);
        assertThat(sent).extracting(ApicMessage::vector).containsExactly(0x30);
    }

    @Test
    void anExternalInterruptsVectorIsThatOfThe8259As() {
        for (int word : new int[] {0x11, 0x20, 4, 1, 0}) {
            pics.master().store(word == 0x11 ? 0 : 1, 1, word);
        }
        entry(1, 0x700);
        pics.input(1).set(true);
        apic.isaInput(1).set(true);
        assertThat(sent).extracting(ApicMessage::vector).containsExactly(0x21);
    }
}
