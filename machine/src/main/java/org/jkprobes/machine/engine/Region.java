package org.jkprobes.machine.engine;

import java.util.List;

/** A loop of blocks emitted as one piece: from one to the next the slots that it uses most stay in registers. Entered at its head. */
final class Region {
    private final NativeCode code;
    private final List<NativeBlock> members;
    /** What stands at the head's own entry while that leads here. */
    private final long covered;

    private boolean live = true;

    /** Makes the head's entry lead to a place. */
    Region(NativeCode code, List<NativeBlock> members, int place) {
        this.code = code;
        this.members = List.copyOf(members);
        covered = code.bytes(members.getFirst().entry);
        code.jump(members.getFirst().entry, place);
    }

    int size() {
        return members.size();
    }

    boolean live() {
        return live;
    }

    /** It is entered no more: one of its blocks has changed, or a larger region has it. */
    void dissolve() {
        if (live) {
            live = false;
            code.bytes(members.getFirst().entry, covered);
            for (NativeBlock member : members) {
                member.regions.remove(this);
                member.samples = 0;
            }
        }
    }
}
