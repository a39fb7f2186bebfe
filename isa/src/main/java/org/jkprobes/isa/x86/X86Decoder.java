package org.jkprobes.isa.x86;

/**
 * Decodes instructions. The opcode maps are data ({@link OpcodeMaps}); here is how bytes lead to a line of them (SDM volume 2,
 * chapter 2): prefixes, opcode map, ModRM, SIB, displacement, immediates.
 */
public final class X86Decoder {
    /** The greatest length of an instruction in bytes. */
    public static final int MAX_LENGTH = 15;

    private X86Decoder() {}

    /**
     * Decodes the instruction at {@code code[offset]}; bytes at and above {@code limit} are not looked at.
     *
     * @return the instruction; one whose {@link X86Instruction#status()} is not valid if there is none, or if it would need bytes
     *     above {@code limit}; never an exception if {@code 0 <= offset <= limit <= code.length}
     */
    public static X86Instruction decode(byte[] code, int offset, int limit, X86Mode mode) {
        boolean cut = limit - offset > MAX_LENGTH;
        DecodeState state = new DecodeState(code, offset, cut ? offset + MAX_LENGTH : limit, mode);
        X86Instruction.Status status = decode(state);
        // What does not fit into 15 bytes is no instruction, however many there are.
        if (status == X86Instruction.Status.TRUNCATED && cut) {
            status = X86Instruction.Status.INVALID;
        }
        return new X86Instruction(state, status);
    }

    private static X86Instruction.Status decode(DecodeState state) {
        Prefixes prefixes = state.prefixes;
        prefixes.read(state.code, state.offset, state.limit, state.mode);
        state.at = prefixes.opcodeAt;
        state.rex = prefixes.rex;
        state.mandatory = prefixes.mandatory();
        int map = OpcodeMaps.ONE_BYTE;
        int opcode = state.next();
        if (opcode == 0x0f) {
            map = OpcodeMaps.TWO_BYTE;
            opcode = state.next();
            if (opcode == 0x38 || opcode == 0x3a) {
                map = opcode == 0x38 ? OpcodeMaps.THREE_BYTE_38 : OpcodeMaps.THREE_BYTE_3A;
                opcode = state.next();
            }
        } else if (VexPrefix.begins(state, opcode)) {
            if (!VexPrefix.read(state, opcode)) {
                return state.past() ? X86Instruction.Status.TRUNCATED : X86Instruction.Status.INVALID;
            }
            map = state.vexMap;
            opcode = state.next();
        }
        state.map = map;
        state.opcode = opcode;
        if (state.past()) {
            return X86Instruction.Status.TRUNCATED;
        }
        if (OpcodeMaps.hasModRm(map, opcode)) {
            state.modRm = state.next();
            if (state.past()) {
                return X86Instruction.Status.TRUNCATED;
            }
        }
        return finish(state);
    }

    private static X86Instruction.Status finish(DecodeState state) {
        int key = state.key();
        for (Row row : OpcodeMaps.lines(state.map, state.opcode)) {
            if (row.matches(key)) {
                state.take(row);
                return state.past() ? X86Instruction.Status.TRUNCATED : X86Instruction.Status.VALID;
            }
        }
        return X86Instruction.Status.INVALID;
    }
}
