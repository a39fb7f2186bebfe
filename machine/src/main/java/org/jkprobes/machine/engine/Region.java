package org.jkprobes.machine.engine;

import java.util.List;

/** A loop of blocks emitted as one piece: from one to the next the slots that it uses most stay in registers. Entered at its head. */
final class Region {
    private final NativeCode code;
    private final List<NativeBlock> members;
    /** By which it goes on once Java has done something for it. */
    private final int[] exits;
    /** What stands at the head's own entry while that leads here. */
    private final long covered;

    /** Makes the head's entry lead to a place. */
    Region(NativeCode code, List<NativeBlock> members, int[] exits, int place) {
        this.code = code;
        this.exits = exits;
        this.members = members;
        covered = code.bytes(members.getFirst().entry);
        code.jump(members.getFirst().entry, place);
    }

    int size() {
        return members.size();
    }

    /** It is entered no more: one of its blocks has changed, or a larger region has it. */
    void dissolve() {
        code.bytes(members.getFirst().entry, covered);
        for (int exit : exits) {
            code.goesOn(exit, NativeBlock.NONE);
        }
        members.forEach(member -> member.left(this));
    }
}
