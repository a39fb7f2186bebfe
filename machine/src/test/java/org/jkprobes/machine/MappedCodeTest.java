package org.jkprobes.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.Mc146818;
import org.junit.jupiter.api.Test;

class MappedCodeTest {
    private final Malta malta = new Malta(new MaltaMemory(4 << 20), Mc146818.DEFAULT_START, ConsoleSink.NONE);

    private void assemble(long physical, long virtual, String text) {
        malta.load(physical, new MipsAssembler(virtual).add(text).littleEndianBytes());
    }

    /** Code that runs on into the next page runs on into what is mapped there now. */
    @Test
    void falls_through_into_a_page_that_was_mapped_anew() {
        assemble(0x200ff8, 0x400ff8, """
                addiu $v0, $v0, 1
                addiu $v0, $v0, 1
                """);
        assemble(0x201000, 0x401000, """
                jr    $ra
                addiu $v0, $v0, 16
                """);
        assemble(0x202000, 0x401000, """
                jr    $ra
                addiu $v0, $v0, 256
                """);
        assemble(0x1000, 0x80001000L, """
                      mtc0  $zero, $12
                      mtc0  $zero, $5
                      mtc0  $zero, $0
                      li    $t0, 0x400000
                      mtc0  $t0, $10
                      li    $t0, 0x801f      # 0x200000
                      mtc0  $t0, $2
                      li    $t0, 0x805f      # 0x201000
                      mtc0  $t0, $3
                      tlbwi
                      li    $s0, 0x400ff8
                      li    $s1, 3
                more: jalr  $s0
                      addiu $s1, $s1, -1
                      bnez  $s1, more
                      nop
                      li    $t0, 0x809f      # 0x202000
                      mtc0  $t0, $3
                      tlbwi
                      jalr  $s0
                      nop
                end:  b     end
                      nop
                """);
        malta.cpu().jump(0x80001000L);
        malta.machine().run(200);
        assertThat(malta.cpu().slot(2)).isEqualTo(3 * (2 + 16) + 2 + 256);
    }
}
