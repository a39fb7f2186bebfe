package org.jkprobes.gdb.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jkprobes.gdb.client.FakeStub;
import org.jkprobes.gdb.client.Stub;
import org.jkprobes.target.Symbols;
import org.junit.jupiter.api.Test;

/** A stub may say that it has stepped when it has not: QEMU does when its vCPU's thread is wanted for something else at that moment. */
class IdleStepTest {
    private static final int START = 0x8010_0000;
    private static final int PC = 37;

    private int steps;
    private int pc = START;

    /** Every step but the third does nothing. */
    private String says(String asked) {
        if (asked.startsWith("vCont;s") && ++steps % 3 == 0) {
            pc += 4;
        }
        return switch (asked) {
            case "vCont?" -> "vCont;c;s";
            case "g" -> "00000000".repeat(PC) + "%08x".formatted(Integer.reverseBytes(pc));
            case "qfThreadInfo" -> "m1";
            case "qsThreadInfo" -> "l";
            case "?" -> "S05";
            default -> asked.startsWith("vCont;s") ? "T05thread:1;" : asked.startsWith("H") ? "OK" : "";
        };
    }

    @Test
    void aStepThatHasDoneNothingIsDoneAgain() {
        try (FakeStub stub = new FakeStub(true, this::says);
                GdbTarget target = new GdbTarget(
                        Stub.attach(stub.address(), Duration.ofSeconds(20)),
                        Architectures.named("mipsel").orElseThrow(),
                        Symbols::none)) {
            for (int i = 1; i <= 4; i++) {
                target.step(0);
                assertThat(target.registers(0).pc()).isEqualTo(Integer.toUnsignedLong(START + 4 * i));
            }
            assertThat(target.steps()).isEqualTo(12);
        }
    }
}
