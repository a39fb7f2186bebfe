package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.malta.YamonBoot;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An access to a device takes as long as any other instruction, wherever it stands in a block. */
class DeviceAccessTest {
    private static final int ROUNDS = 1000;

    @ParameterizedTest
    @CsvSource({
        "4, lbu $t1 0x3ff($t9); b loop; nop",
        "3, b loop; sb $zero 0x3ff($t9)",
        "4, nop; b loop; lbu $t1 0x3ff($t9)",
        "3, beqz $zero loop; swl $zero 0x3fc($t9)",
        "3, jr $s1; lw $t1 0x3fc($t9)",
        "3, jalr $s1; sh $zero 0x3fe($t9)",
    })
    void takes_one_instruction(int instructions, String body) {
        Malta malta = new Malta(new MaltaMemory(4 << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);
        YamonBoot.programBridge(malta.board());
        malta.load(
                0x1000,
                new MipsAssembler(0x80001000L)
                        .add("""
                      lui   $t9, 0xb800
                      la    $s1, loop
                loop: addiu $s0, $s0, 1
                %s
                """.formatted(body.replace("; ", "\n").replaceAll("(\\$\\w+) ", "$1, ")))
                        .littleEndianBytes());
        malta.cpu().jump(0x80001000L);
        long before = 3;
        for (int i = 1; i <= ROUNDS; i++) {
            malta.machine().run(before + (long) i * instructions);
            assertThat(malta.cpu().slot(16)).isEqualTo(i);
            assertThat(malta.cpu().pc()).isEqualTo(0x8000100cL);
        }
        malta.machine().run(before + 2L * ROUNDS * instructions);
        assertThat(malta.cpu().slot(16)).isEqualTo(2 * ROUNDS);
    }
}
