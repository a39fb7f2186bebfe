package org.jkprobes.machine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jkprobes.machine.Timeline;
import org.junit.jupiter.api.Test;

/** What an engine goes on with without asking the machine. */
class NextBlockTest {
    private final RandomCpu cpu = new RandomCpu(1, new Timeline(), new Ram(RandomCpu.RAM_SIZE), false, false);

    /** A fetch may fault, and what is due comes before that. */
    @Test
    void withoutBudgetNothingIsFetched() {
        assertThat(cpu.next(0)).isNull();
        assertThat(cpu.fetches).isZero();
        assertThat(cpu.next(1000)).isNotNull();
        assertThat(cpu.fetches).isOne();
    }

    @Test
    void somebodyWhoWantsAttentionComesFirst() {
        cpu.requestAttention();
        assertThat(cpu.next(1000)).isNull();
        assertThat(cpu.fetches).isZero();
    }

    /** It would not be run to its end. */
    @Test
    void aBlockIsNotEnteredThatTheBudgetDoesNotPayFor() {
        Block block = Objects.requireNonNull(cpu.next(1000));
        assertThat(cpu.next(block.needs)).isSameAs(block);
        assertThat(cpu.next(block.needs - 1)).isNull();
    }
}
