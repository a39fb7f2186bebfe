package org.jkprobes;

import java.util.Random;
import org.jkprobes.toy.ToyMachine;
import org.jkprobes.toy.ToyRam;

/**
 * Programs of random instructions with every kind of branch, full delay slots, ll/sc pairs, system calls and taken traps, accesses that
 * need refills (in delay slots, too), and exception handlers.
 */
final class RandomProgram {
    static final long MAIN = 0x80010000L;
    private static final String[] REGISTERS = {
        "$v0", "$v1", "$a0", "$a1", "$a2", "$a3", "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7"
    };

    private final Random random;
    private final StringBuilder code = new StringBuilder();
    private int labels;

    RandomProgram(long seed) {
        random = new Random(seed);
    }

    /** Puts the program and its exception handlers into the machine. */
    void install(ToyMachine machine) {
        machine.function("refill", 0x80000000L, """
                tlbwr
                eret
                """);
        machine.function("vector", 0x80000180L, """
                mfc0 $k0, $13
                andi $k0, $k0, 0x7c
                beqz $k0, interrupt
                lui $k1, 0x8008
                mfc0 $k0, $14
                addiu $k0, $k0, 4
                mtc0 $k0, $14
                interrupt:
                lw $k0, 0x1000($k1)
                addiu $k0, $k0, 1
                eret_soon: sw $k0, 0x1000($k1)
                eret
                """);
        machine.function("leaf", 0x80008000L, """
                addiu $v0, $a0, 3
                jr $ra
                addu $v1, $v0, $a1
                """);
        for (int page = 0; page < ToyRam.MAPPED_PAGES; page++) {
            machine.ram.present[page] = true;
        }
        machine.function("main", MAIN, generate());
    }

    private String generate() {
        line("move $s6, $ra");
        line("lui $s0, 0x8004");
        line("lui $s1, 0xc000");
        line("li $s7, 6");
        for (String register : REGISTERS) {
            line("li " + register + ", " + random.nextInt());
        }
        line("ei");
        line("loop:");
        for (int i = 0; i < 60; i++) {
            if (random.nextInt(3) == 0) {
                branch();
            } else {
                line(plain());
            }
        }
        line("addiu $s7, $s7, -1");
        line("bnez $s7, loop");
        line(plain());
        line("di");
        line("jr $s6");
        line(plain());
        return code.toString();
    }

    private void line(String text) {
        code.append(text).append('\n');
    }

    private String register() {
        return REGISTERS[random.nextInt(REGISTERS.length)];
    }

    private String plain() {
        String d = register();
        String s = register();
        String t = register();
        return switch (random.nextInt(16)) {
            case 0 -> "addu " + d + ", " + s + ", " + t;
            case 1 -> "subu " + d + ", " + s + ", " + t;
            case 2 -> "xor " + d + ", " + s + ", " + t;
            case 3 -> "sltu " + d + ", " + s + ", " + t;
            case 4 -> "addiu " + d + ", " + s + ", " + (random.nextInt(60000) - 30000);
            case 5 -> "lui " + d + ", " + random.nextInt(65536);
            case 6 -> "mult " + s + ", " + t;
            case 7 -> "mflo " + d;
            case 8 -> "mfhi " + d;
            case 9 -> "lw " + d + ", " + 4 * random.nextInt(64) + "($s0)";
            case 10 -> "sw " + s + ", " + 4 * random.nextInt(64) + "($s0)";
            // Most pages of the mapped region need a refill the first time.
            case 11 -> "lw " + d + ", " + (4096 * random.nextInt(7) + 4 * random.nextInt(8)) + "($s1)";
            case 12 -> "sh " + s + ", " + (4096 * random.nextInt(7) + 2 * random.nextInt(8)) + "($s1)";
            case 13 -> "mfc0 " + d + ", $9";
            case 14 -> "movn " + d + ", " + s + ", " + t;
            default -> "sra " + d + ", " + s + ", " + random.nextInt(32);
        };
    }

    private void branch() {
        String label = "l" + labels++;
        String s = register();
        String t = register();
        switch (random.nextInt(18)) {
            case 0 -> line("beq " + s + ", " + t + ", " + label);
            case 1 -> line("bne " + s + ", " + t + ", " + label);
            case 2 -> line("blez " + s + ", " + label);
            case 3 -> line("bgtz " + s + ", " + label);
            case 4 -> line("bltz " + s + ", " + label);
            case 5 -> line("bgez " + s + ", " + label);
            case 6 -> line("beql " + s + ", " + t + ", " + label);
            case 7 -> line("bnel " + s + ", " + t + ", " + label);
            case 8 -> line("blezl " + s + ", " + label);
            case 9 -> line("bgtzl " + s + ", " + label);
            case 10 -> line("bltzl " + s + ", " + label);
            case 11 -> line("bgezl " + s + ", " + label);
            case 12 -> line("bltzal " + s + ", " + label);
            case 13 -> line("bgezall " + s + ", " + label);
            case 14 -> line("jal 0x80008000");
            case 15 -> {
                line("lui $t8, 0x8000");
                line("ori $t8, $t8, 0x8000");
                line("jalr $t9, $t8");
                line("move $ra, $t9");
                line(label + ":");
                return;
            }
            case 16 -> {
                line("ll " + s + ", 0x200($s0)");
                line("addiu " + s + ", " + s + ", 1");
                line("sc " + s + ", 0x200($s0)");
                line(label + ":");
                return;
            }
            default -> {
                line(random.nextBoolean() ? "syscall" : "teq " + s + ", " + s);
                line(label + ":");
                return;
            }
        }
        line(plain());
        int skipped = random.nextInt(3);
        for (int i = 0; i < skipped; i++) {
            line(plain());
        }
        line(label + ":");
    }
}
