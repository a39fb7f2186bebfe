package org.jkprobes.machine.cpu.x86.fpu;

/** Which of the escape opcodes mean something (Intel SDM volume 2, appendix B.17). */
final class X87Opcodes {
    /** For each opcode from D8 on a bit for each operation with a memory operand. */
    private static final long MEMORY = 0xff_df_ff_af_ff_fd_ffL | 0xffL << 56;

    private X87Opcodes() {}

    static boolean defined(int escape, int modrm) {
        if (modrm < 0xc0) {
            return (MEMORY >>> 8 * escape + (modrm >> 3 & 7) & 1) != 0;
        }
        int operation = modrm >> 3 & 7;
        return switch (escape) {
            case 1 ->
                operation < 2
                        || modrm == 0xd0
                        || operation == 3
                        || operation >= 6
                        || modrm == 0xe0
                        || modrm == 0xe1
                        || modrm == 0xe4
                        || modrm == 0xe5
                        || operation == 5 && modrm != 0xef;
            case 2 -> operation < 4 || modrm == 0xe9;
            case 3 -> operation < 4 || modrm <= 0xe4 || operation == 5 || operation == 6;
            case 5 -> operation < 6;
            case 6 -> operation != 3 || modrm == 0xd9;
            case 7 -> operation < 4 || modrm == 0xe0 || operation == 5 || operation == 6;
            default -> true;
        };
    }
}
