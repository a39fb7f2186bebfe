package org.jkprobes.machine.cpu.x86;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.machine.engine.Engines;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A hot loop with an instruction that lies on two pages, the second of which is mapped to another one, and then to none. */
class TwoPagesTest {
    private static final int ROUNDS = 1000;
    private static final int SECOND = 0x11000;
    private static final int CROSSING = SECOND - 2;
    private static final int OTHER = 0x30000;
    private static final int PAGE_FAULT = 14;

    /**
     * Calls the loop; maps the second page to {@link #OTHER}; calls it; unmaps the page; calls it:
     * {@code mov $ROUNDS,%ecx; call LOOP; movl $OTHER|3,0x41044; invlpg SECOND}, the same with 0, and the first two once more.
     */
    private static final String MAIN = """
            b9e8030000 e8ec0f0000 c7054410040003000300 0f013d00100100
            b9e8030000 e8d10f0000 c7054410040000000000 0f013d00100100
            b9e8030000 e8b60f0000""";

    private static final String LOOP = "40 90909090909090 81c3";
    /** The rest of {@code add $1,%ebx}, then {@code dec %ecx; jne LOOP; ret}. */
    private static final String REST = "01000000 49 75ef c3";

    private static final String OTHER_REST = "05000000 49 75ef c3";

    private static String run(boolean emitted, long slice) {
        SystemMachine m = new SystemMachine(emitted ? Engines.emitting(1, 1).orElseThrow() : Engines.interpreter());
        m.code(SystemMachine.CODE, MAIN)
                .code(CROSSING - 8, LOOP)
                .code(SECOND, REST)
                .code(OTHER, OTHER_REST)
                .page();
        while (m.vector() < 0 && m.timeline.retired() < 100 * ROUNDS) {
            m.run(slice);
        }
        assertThat(m.vector()).isEqualTo(PAGE_FAULT);
        assertThat(m.frame(1)).isEqualTo(CROSSING);
        assertThat(m.cpu.slot(X86Slots.RBX)).isEqualTo(ROUNDS + 5 * ROUNDS);
        assertThat(m.cpu.slot(X86Slots.RAX)).isEqualTo(2 * ROUNDS + 1);
        return m.timeline.retired() + " " + m.cpu.hashRam();
    }

    @ParameterizedTest
    @CsvSource({"1000000", "64", "7", "1"})
    void whatIsMappedNowIsExecuted(long slice) {
        assertThat(run(true, slice)).isEqualTo(run(false, slice));
    }
}
