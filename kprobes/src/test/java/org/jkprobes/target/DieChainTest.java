package org.jkprobes.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyMachine.Offer;
import org.junit.jupiter.api.Test;

class DieChainTest {
    private final DieChain chain = new DieChain();
    private final List<String> asked = new ArrayList<>();
    private final PtRegs regs = new ToyMachine(1, Offer.REFERENCE).cpus[0];

    private DieNotifier says(String name, Notify answer) {
        return (event, r, trapnr) -> {
            asked.add(name);
            return answer;
        };
    }

    private Notify ask() {
        asked.clear();
        return chain.notifyDie(DieEvent.BREAK, regs, 0);
    }

    @Test
    void highestPriorityFirstThenOrderOfRegistration() {
        assertThat(ask()).isEqualTo(Notify.DONE);
        chain.register(says("low", Notify.DONE), -5);
        chain.register(says("a", Notify.OK), 0);
        chain.register(says("b", Notify.DONE), 0);
        chain.register(says("first", Notify.DONE), DieChain.KPROBES_PRIORITY);
        assertThat(ask()).isEqualTo(Notify.OK);
        assertThat(asked).containsExactly("first", "a", "b", "low");
    }

    @Test
    void stopEndsTheChainAndBrokenMembersDoNot() {
        DieNotifier stop = says("stop", Notify.STOP);
        chain.register(
                (event, r, trapnr) -> {
                    throw new IllegalStateException("on purpose");
                },
                10);
        chain.register(stop, 5);
        chain.register(says("never", Notify.OK), 1);
        assertThat(ask()).isEqualTo(Notify.STOP);
        assertThat(asked).containsExactly("stop");
        assertThat(chain.unregister(stop)).isTrue();
        assertThat(chain.unregister(stop)).isFalse();
        assertThat(ask()).isEqualTo(Notify.OK);
    }

    @Test
    void twiceIsRefused() {
        DieNotifier one = says("one", Notify.DONE);
        chain.register(one, 0);
        assertThatThrownBy(() -> chain.register(one, 1)).isInstanceOf(IllegalStateException.class);
    }
}
