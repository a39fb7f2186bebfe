package org.jkprobes.isa.mips;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties against the instruction descriptions of MIPS32 Architecture For Programmers, Volume II. */
class MipsInstructionTest {
    private static final long PC = 0x8010_0100L;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    b 0x80100000              | BRANCH
                    beq $4,$5,0x80100000      | BRANCH
                    bne $4,$5,0x80100000      | BRANCH
                    beqz $4,0x80100000        | BRANCH
                    blez $4,0x80100000        | BRANCH
                    bgtz $4,0x80100000        | BRANCH
                    bltz $4,0x80100000        | BRANCH
                    bgez $4,0x80100000        | BRANCH
                    bc1f 0x80100000           | BRANCH
                    bc1t $fcc3,0x80100000     | BRANCH
                    bc2t 0x80100000           | BRANCH
                    bposge32 0x80100000       | BRANCH
                    beql $4,$5,0x80100000     | BRANCH_LIKELY
                    bnel $4,$5,0x80100000     | BRANCH_LIKELY
                    blezl $4,0x80100000       | BRANCH_LIKELY
                    bgtzl $4,0x80100000       | BRANCH_LIKELY
                    bltzl $4,0x80100000       | BRANCH_LIKELY
                    bgezl $4,0x80100000       | BRANCH_LIKELY
                    bc1fl 0x80100000          | BRANCH_LIKELY
                    bc1tl $fcc1,0x80100000    | BRANCH_LIKELY
                    bltzal $4,0x80100000      | BRANCH_LINK
                    bgezal $4,0x80100000      | BRANCH_LINK
                    bal 0x80100000            | BRANCH_LINK
                    bltzall $4,0x80100000     | BRANCH_LINK_LIKELY
                    bgezall $4,0x80100000     | BRANCH_LINK_LIKELY
                    j 0x80100000              | JUMP
                    jal 0x80100000            | CALL
                    jalx 0x80100000           | CALL
                    jr $31                    | JUMP_REGISTER
                    jr.hb $31                 | JUMP_REGISTER
                    jalr $25                  | CALL_REGISTER
                    jalr $4,$25               | CALL_REGISTER
                    jalr.hb $25               | CALL_REGISTER
                    syscall                   | SYSCALL
                    break 7                   | BREAK
                    break 1,2                 | BREAK
                    sdbbp                     | BREAK
                    teq $4,$5                 | TRAP
                    tne $4,$5,3               | TRAP
                    tltiu $4,5                | TRAP
                    eret                      | EXCEPTION_RETURN
                    deret                     | EXCEPTION_RETURN
                    addu $4,$5,$6             | NONE
                    wait                      | NONE
                    movn $4,$5,$6             | NONE
                    nop                       | NONE
                    """)
    void flow(String text, Flow flow) {
        assertThat(line(text).flow()).isEqualTo(flow);
    }

    @Test
    void delay_slots_belong_to_branches_jumps_and_calls_only() {
        assertThat(Flow.values())
                .filteredOn(Flow::hasDelaySlot)
                .containsExactlyInAnyOrder(
                        Flow.BRANCH,
                        Flow.BRANCH_LIKELY,
                        Flow.BRANCH_LINK,
                        Flow.BRANCH_LINK_LIKELY,
                        Flow.JUMP,
                        Flow.JUMP_REGISTER,
                        Flow.CALL,
                        Flow.CALL_REGISTER);
        assertThat(line("eret").flow().hasDelaySlot()).isFalse();
        assertThat(line("beql $4,$5,0x80100000").flow().isLikely()).isTrue();
        assertThat(line("bgezall $4,0x80100000").flow().isLikely()).isTrue();
        assertThat(line("bal 0x80100000").flow().isCall()).isTrue();
        assertThat(line("jalr $25").flow().hasTarget()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0x8010_0000L, 0x8010_0104L, 0x8010_0108L, 0x8010_80fcL, 0x8011_0100L, 0x800f_0104L + 0x1000})
    void branches_reach_what_they_were_assembled_for(long target) {
        for (String branch : new String[] {"b ", "bnez $4,", "bc1t ", "bgezal $4,"}) {
            int word = MipsAssembler.assemble(branch + target, PC);
            assertThat(MipsInstruction.of(word).target(word, PC)).as(branch).isEqualTo(target);
        }
    }

    @Test
    void a_jump_stays_in_the_region_of_its_delay_slot() {
        int word = 0x08000001;

        assertThat(MipsInstruction.of(word).target(word, 0x8fff_fff8L)).isEqualTo(0x8000_0004L);
        assertThat(MipsInstruction.of(word).target(word, 0x8fff_fffcL)).isEqualTo(0x9000_0004L);
    }

    @Test
    void branches_wrap_at_the_end_of_the_address_space_and_ignore_sign_extension() {
        int back = MipsAssembler.assemble("b 0xfffffff0", 0);

        assertThat(MipsInstruction.of(back).target(back, 0)).isEqualTo(0xffff_fff0L);
        assertThat(MipsInstruction.of(back).target(back, 0xffff_ffff_8000_0000L))
                .isEqualTo(0x7fff_fff0L);
    }

    @Test
    void what_does_not_say_its_target_has_none() {
        assertThat(line("jr $31").target(0x03e00008, PC)).isEqualTo(-1);
        assertThat(line("nop").target(0, PC)).isEqualTo(-1);
    }

    /** Registers as numbers; h and l for HI and LO. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    addu $4,$5,$6        | 5 6   | 4
                    addu $0,$5,$0        | 5     | ''
                    move $4,$5           | 5     | 4
                    li $4,7              | ''    | 4
                    lui $4,7             | ''    | 4
                    sll $4,$5,3          | 5     | 4
                    srav $4,$5,$6        | 5 6   | 4
                    movz $4,$5,$6        | 4 5 6 | 4
                    movf $4,$5,$fcc1     | 4 5   | 4
                    ext $4,$5,3,4        | 5     | 4
                    ins $4,$5,3,4        | 4 5   | 4
                    clz $4,$5            | 5     | 4
                    seb $4,$5            | 5     | 4
                    mul $4,$5,$6         | 5 6   | 4
                    mult $4,$5           | 4 5   | h l
                    madd $4,$5           | 4 5 h l | h l
                    div $0,$4,$5         | 4 5   | h l
                    mfhi $4              | h     | 4
                    mtlo $4              | 4     | l
                    lw $4,8($5)          | 5     | 4
                    lwl $4,8($5)         | 4 5   | 4
                    sw $4,8($5)          | 4 5   | ''
                    ll $4,8($5)          | 5     | 4
                    sc $4,8($5)          | 4 5   | 4
                    lwc1 $f4,8($5)       | 5     | ''
                    swxc1 $f4,$5($6)     | 5 6   | ''
                    pref 0,8($5)         | 5     | ''
                    cache 1,8($5)        | 5     | ''
                    jal 0x80100000       | ''    | 31
                    jalr $25             | 25    | 31
                    jalr $4,$25          | 25    | 4
                    jr $31               | 31    | ''
                    bal 0x80100000       | ''    | 31
                    bltzal $4,0x80100000 | 4     | 31
                    beq $4,$5,0x80100000 | 4 5   | ''
                    bnez $4,0x80100000   | 4     | ''
                    teq $4,$5            | 4 5   | ''
                    mfc0 $4,$12          | ''    | 4
                    mtc0 $4,$12          | 4     | ''
                    di $4                | ''    | 4
                    mfc1 $4,$f2          | ''    | 4
                    mtc1 $4,$f2          | 4     | ''
                    movn.s $f1,$f2,$4    | 4     | ''
                    rdhwr $3,$29         | ''    | 3
                    add.d $f4,$f5,$f6    | ''    | ''
                    """)
    void registers(String text, String reads, String writes) {
        int word = MipsAssembler.assemble(text, PC);
        MipsInstruction line = MipsInstruction.of(word);

        assertThat(names(line.readsGpr(word), line.readsHi(), line.readsLo())).isEqualTo(reads);
        assertThat(names(line.writesGpr(word), line.writesHi(), line.writesLo()))
                .isEqualTo(writes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    lb $4,0($5)     | LOAD  | 1
                    lbu $4,0($5)    | LOAD  | 1
                    lh $4,0($5)     | LOAD  | 2
                    lhu $4,0($5)    | LOAD  | 2
                    lw $4,0($5)     | LOAD  | 4
                    lwl $4,0($5)    | LOAD  | 4
                    lwr $4,0($5)    | LOAD  | 4
                    ll $4,0($5)     | LOAD  | 4
                    lwc1 $f4,0($5)  | LOAD  | 4
                    ldc1 $f4,0($5)  | LOAD  | 8
                    ldxc1 $f4,$5($6)| LOAD  | 8
                    sb $4,0($5)     | STORE | 1
                    sh $4,0($5)     | STORE | 2
                    sw $4,0($5)     | STORE | 4
                    swl $4,0($5)    | STORE | 4
                    sc $4,0($5)     | STORE | 4
                    sdc1 $f4,0($5)  | STORE | 8
                    cache 1,0($5)   | TOUCH | 0
                    synci 0($5)     | TOUCH | 0
                    pref 1,0($5)    | TOUCH | 0
                    addiu $4,$5,1   | NONE  | 0
                    """)
    void memory(String text, Access access, int bytes) {
        assertThat(line(text).access()).isEqualTo(access);
        assertThat(line(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "ll $4 0($5), true, false",
        "sc $4 0($5), false, true",
        "lw $4 0($5), false, false",
        "sw $4 0($5), false, false"
    })
    void linked_pairs(String text, boolean linked, boolean conditional) {
        MipsInstruction line = line(text.replace(" 0", ",0"));

        assertThat(line.isLoadLinked()).isEqualTo(linked);
        assertThat(line.isStoreConditional()).isEqualTo(conditional);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mfc0 $4,$12",
                "mtc0 $4,$12",
                "tlbwi",
                "tlbwr",
                "tlbp",
                "tlbr",
                "eret",
                "wait",
                "di",
                "ei $4",
                "cache 1,0($4)",
                "rdpgpr $4,$5",
                "deret"
            })
    void privileged(String text) {
        assertThat(line(text).isPrivileged()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    add $4,$5,$6      | true
                    sub $4,$5,$6      | true
                    addi $4,$5,6      | true
                    addu $4,$5,$6     | false
                    addiu $4,$5,6     | false
                    div $0,$4,$5      | false
                    lw $4,0($5)       | true
                    sw $4,0($5)       | true
                    pref 0,0($5)      | false
                    cache 1,0($5)     | true
                    syscall           | true
                    tne $4,$5         | true
                    add.s $f0,$f2,$f4 | true
                    mtc0 $4,$12       | false
                    jr $31            | false
                    addu.qb $4,$5,$6  | true
                    """)
    void may_trap(String text, boolean mayTrap) {
        assertThat(line(text).mayTrap()).isEqualTo(mayTrap);
    }

    @Test
    void aliases_do_what_their_instruction_does() {
        assertThat(MipsOp.of(0)).isEqualTo(MipsOp.SLL);
        assertThat(op("ehb")).isEqualTo(MipsOp.SLL);
        assertThat(op("move $4,$5")).isEqualTo(MipsOp.OR);
        assertThat(op("li $4,-1")).isEqualTo(MipsOp.ADDIU);
        assertThat(op("li $4,0xffff")).isEqualTo(MipsOp.ORI);
        assertThat(op("b 0x80100000")).isEqualTo(MipsOp.BEQ);
        assertThat(op("bal 0x80100000")).isEqualTo(MipsOp.BGEZAL);
        assertThat(op("negu $4,$5")).isEqualTo(MipsOp.SUBU);
    }

    @Test
    void what_is_not_release_2_is_an_extension_or_reserved() {
        assertThat(op("addu.qb $4,$5,$6")).isEqualTo(MipsOp.DSP);
        assertThat(op("mult $ac1,$4,$5")).isEqualTo(MipsOp.DSP);
        assertThat(op("dmt")).isEqualTo(MipsOp.MT);
        assertThat(op("addv.b $w1,$w2,$w3")).isEqualTo(MipsOp.MSA);
        assertThat(MipsOp.of(0xffff_ffff)).isEqualTo(MipsOp.RESERVED);
        assertThat(MipsOp.of(0x0000_0fff)).isEqualTo(MipsOp.RESERVED);
        assertThat(MipsOp.of(0x4200_003f)).isEqualTo(MipsOp.RESERVED);
    }

    private static MipsInstruction line(String text) {
        return MipsInstruction.of(MipsAssembler.assemble(text, PC));
    }

    private static MipsOp op(String text) {
        return MipsOp.of(MipsAssembler.assemble(text, PC));
    }

    private static String names(int gprs, boolean hi, boolean lo) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            if ((gprs >>> i & 1) != 0) {
                names.append(i).append(' ');
            }
        }
        return names.append(hi ? "h " : "").append(lo ? "l" : "").toString().strip();
    }
}
