package org.jkprobes.machine.target;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.machine.cpu.HitJournal;
import org.jkprobes.machine.cpu.HitJournal.Part;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.target.PtRegs;
import org.jspecify.annotations.Nullable;

/** Writes the journal of what handlers change, while somebody may go back; and has it happen once more, when somebody has. */
final class HitEffects {
    private record Change(int register, long value) {}

    /** Where a vCPU goes on. */
    private record Place(long pc, boolean inDelaySlot, long branchTarget) {
        static Place of(PtRegs regs) {
            return new Place(regs.pc(), regs.inDelaySlot(), regs.inDelaySlot() ? regs.branchTarget() : 0);
        }

        void enter(PtRegs regs) {
            if (inDelaySlot) {
                regs.enterDelaySlot(pc, branchTarget);
            } else {
                regs.pc(pc);
            }
        }
    }

    private final ProbedCpu cpu;
    private final PtRegs regs;
    private final HitJournal journal;
    private final int pcIndex;
    private final long[] before;
    private Place placeBefore = new Place(0, false, 0);
    private boolean keeping;
    private long hitRetired;
    private long hitPc;
    private long stepStart;

    HitEffects(ProbedCpu cpu, PtRegs regs) {
        this.cpu = cpu;
        this.regs = regs;
        journal = cpu.journal();
        before = new long[regs.names().size()];
        pcIndex = Math.max(regs.index("pc"), Math.max(regs.index("rip"), regs.index("eip")));
    }

    /** Whether anything is written at all. */
    boolean kept() {
        return journal.keeps();
    }

    /** A hit begins: before its first handlers run, or what they did is done again. */
    void hit() {
        hitRetired = cpu.retired();
        hitPc = cpu.pc();
    }

    /** Handlers are about to run. */
    void begin() {
        keeping = journal.keeps();
        if (keeping) {
            for (int i = 0; i < before.length; i++) {
                before[i] = regs.get(i);
            }
            placeBefore = Place.of(regs);
            journal.open();
        }
    }

    /**
     * Handlers have run, and what Kprobes does with them.
     *
     * @param ends whether the instruction will not be executed, or its fault not be raised
     * @param stepped whether it is going to be executed elsewhere, so that the pc is no change of theirs
     */
    void end(Part part, boolean ends, boolean stepped) {
        if (!keeping) {
            return;
        }
        List<HitJournal.Store> stores = journal.close();
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < before.length; i++) {
            long value = regs.get(i);
            if (i != pcIndex && value != before[i]) {
                changes.add(new Change(i, value));
            }
        }
        Place now = Place.of(regs);
        boolean moved = !stepped && !now.equals(natural(part, placeBefore));
        stepStart = now.pc;
        boolean retires = part == Part.BEFORE && cpu.retired() != hitRetired;
        if (ends || moved || !changes.isEmpty() || !stores.isEmpty()) {
            @Nullable Place to = ends && !stepped || moved ? now : null;
            journal.add(new HitJournal.Entry(
                    hitRetired, hitPc, part, ends, () -> again(List.copyOf(changes), stores, to, retires)));
        }
    }

    /** Where an instruction leads that was executed in a slot; else the place itself. */
    private Place natural(Part part, Place place) {
        return part == Part.AFTER && cpu.isSlot(place.pc)
                ? new Place(hitPc + (place.pc - stepStart), place.inDelaySlot, place.branchTarget)
                : place;
    }

    private void again(List<Change> changes, List<HitJournal.Store> stores, @Nullable Place to, boolean retires) {
        changes.forEach(change -> regs.set(change.register, change.value));
        stores.forEach(store -> cpu.poke(store.physical(), store.bytes()));
        if (to != null) {
            to.enter(regs);
        }
        if (retires) {
            regs.retire();
        }
    }

    /** Does again what handlers did then. @return whether that ended the matter */
    boolean again(Part part) {
        HitJournal.@Nullable Entry entry = journal.take(hitRetired, hitPc, part);
        if (entry == null) {
            return false;
        }
        entry.effect().run();
        return entry.ends();
    }

    /** Whether there is more of the hit to be done again. */
    boolean more() {
        return journal.expects(hitRetired, hitPc);
    }
}
