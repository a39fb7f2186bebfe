package org.jkprobes.isa.x86;

/**
 * The VEX prefixes of AVX, C5 (two bytes) and C4 (three bytes), SDM volume 2, 2.3.5; and the EVEX prefix of AVX-512, 62 (four bytes),
 * 2.7, as far as its instructions use neither masks nor registers above 15.
 */
final class VexPrefix {
    private VexPrefix() {}

    /** Whether the byte just read, an opcode of 16- and 32-bit code if memory follows, is a VEX prefix. */
    static boolean begins(DecodeState state, int opcode) {
        return (opcode == 0xc4 || opcode == 0xc5 || opcode == 0x62)
                && (state.mode == X86Mode.BITS64 || state.at < state.limit && (state.code[state.at] & 0xc0) == 0xc0);
    }

    /** Reads the rest of the prefix; false if it stands for nothing, or the bytes end. */
    static boolean read(DecodeState state, int opcode) {
        Prefixes prefixes = state.prefixes;
        if (prefixes.lock || prefixes.repeat != 0 || prefixes.operandSize || prefixes.rex != 0) {
            return false;
        }
        if (opcode == 0x62) {
            return readLong(state);
        }
        int first = state.next();
        int rex = ~first >> 5 & 4;
        int map = 1;
        int last = first;
        if (opcode == 0xc4) {
            rex = ~first >> 5 & 7;
            map = first & 0x1f;
            last = state.next();
            rex |= last >> 4 & 8;
        }
        state.rex = state.mode == X86Mode.BITS64 ? 0x40 | rex : rex & 8;
        state.vector = ~last >> 3 & 15;
        if (state.mode != X86Mode.BITS64) {
            state.vector &= 7;
        }
        state.vexLength = last >> 2 & 1;
        state.mandatory = last & 3;
        state.vexMap = OpcodeMaps.VEX_0F + map - 1;
        state.vex = true;
        return !state.past() && map >= 1 && map <= 3;
    }

    private static boolean readLong(DecodeState state) {
        int first = state.next();
        int second = state.next();
        int third = state.next();
        int map = first & 7;
        state.rex = state.mode == X86Mode.BITS64 ? 0x40 | ~first >> 5 & 7 | second >> 4 & 8 : second >> 4 & 8;
        state.vector = ~second >> 3 & (state.mode == X86Mode.BITS64 ? 15 : 7);
        state.mandatory = second & 3;
        state.vexLength = third >> 5 & 3;
        state.vexMap = OpcodeMaps.EVEX_0F + map - 1;
        state.vex = true;
        boolean plain = (first & 0x18) == 0x10 && (second & 4) != 0 && (third & 0x9f) == 0x08;
        return !state.past() && (map == 1 || map == 2) && plain;
    }
}
