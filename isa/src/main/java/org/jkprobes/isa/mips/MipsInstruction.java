package org.jkprobes.isa.mips;

import java.util.List;
import org.jkprobes.isa.DecodeTree;
import org.jkprobes.isa.WordPattern;

/**
 * A line of the opcode table: how one form of an instruction is encoded and written, and what it touches.
 *
 * <p>What the words say is from MIPS32 Architecture For Programmers, Volume II, and the manuals of its extensions; which of two
 * forms a disassembler shows is as in GNU objdump.
 *
 * @param mnemonic as objdump prints it; aliases ({@code move}, {@code beqz}) have lines of their own
 * @param mask the fixed bits
 * @param match their values
 * @param syntax the operands as written
 * @param op what the instruction does, whatever its alias is called
 * @param flow what it does to the program counter
 * @param access what it does to memory
 * @param bytes how many bytes of memory it loads or stores at most; 0 if none
 * @param coprocessor the coprocessor that must be usable, or -1; 0 also means privileged
 * @param mayTrap whether running it in kernel mode may raise an exception other than by its fetch or an interrupt
 * @param reads register set, see {@link RegisterSet}
 * @param writes register set, see {@link RegisterSet}
 */
public record MipsInstruction(
        String mnemonic,
        int mask,
        int match,
        Syntax syntax,
        MipsOp op,
        Flow flow,
        Access access,
        int bytes,
        int coprocessor,
        boolean mayTrap,
        int reads,
        int writes)
        implements WordPattern {

    /** What words are that no line of the table matches. */
    public static final MipsInstruction UNDEFINED =
            new MipsInstruction(".word", 0, 0, Syntax.NONE, MipsOp.RESERVED, Flow.NONE, Access.NONE, 0, -1, true, 0, 0);

    static final List<MipsInstruction> TABLE = InstructionTable.lines();

    private static final DecodeTree<MipsInstruction> TREE = new DecodeTree<>(TABLE, UNDEFINED);

    /** The table's line for an instruction word; allocates nothing. {@link #UNDEFINED} if there is none. */
    public static MipsInstruction of(int word) {
        return TREE.find(word);
    }

    /** Whether the table knows it; {@code c0} with a function that does not exist is written but {@link MipsOp#RESERVED}. */
    public boolean isDefined() {
        return mask != 0;
    }

    /** Whether only kernel mode (or a user that was given coprocessor 0) may run it. */
    public boolean isPrivileged() {
        return coprocessor == 0;
    }

    /** Bit n: general register n is read. Register 0 is never named. */
    public int readsGpr(int word) {
        return RegisterSet.gprs(reads, word);
    }

    /** Bit n: general register n is written, always or sometimes. Register 0 is never named. */
    public int writesGpr(int word) {
        return RegisterSet.gprs(writes, word);
    }

    public boolean readsHi() {
        return (reads & RegisterSet.HI) != 0;
    }

    public boolean readsLo() {
        return (reads & RegisterSet.LO) != 0;
    }

    public boolean writesHi() {
        return (writes & RegisterSet.HI) != 0;
    }

    public boolean writesLo() {
        return (writes & RegisterSet.LO) != 0;
    }

    /** Whether it is {@code ll}: between it and its {@code sc} no exception may come, or the pair never succeeds. */
    public boolean isLoadLinked() {
        return op == MipsOp.LL || mnemonic.equals("lle");
    }

    /** Whether it is {@code sc}. */
    public boolean isStoreConditional() {
        return op == MipsOp.SC || mnemonic.equals("sce");
    }

    /**
     * Where a branch or jump goes when it is taken.
     *
     * @param pc the address of the instruction; only its low 32 bits count
     * @return an address of 32 bits, zero-extended, or -1 if the word does not say ({@link Flow#hasTarget})
     */
    public long target(int word, long pc) {
        long target;
        if (flow.isBranch()) {
            target = pc + 4 + ((long) Fields.simm(word) << 2);
        } else if (flow.hasTarget()) {
            target = pc + 4 & ~0xfffffffL | (long) Fields.index(word) << 2;
        } else {
            return -1;
        }
        return target & 0xffffffffL;
    }
}
