package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/** One bit for each of the 256 interrupt vectors: IRR, ISR and TMR of a local APIC. */
final class VectorSet implements Stateful {
    private final int[] words = new int[8];

    void add(int vector) {
        words[vector >> 5] |= 1 << (vector & 31);
    }

    void remove(int vector) {
        words[vector >> 5] &= ~(1 << (vector & 31));
    }

    boolean has(int vector) {
        return (words[vector >> 5] >>> (vector & 31) & 1) != 0;
    }

    int word(int index) {
        return words[index];
    }

    /** The highest vector in it, or -1. */
    int highest() {
        for (int index = 7; index >= 0; index--) {
            if (words[index] != 0) {
                return 32 * index + 31 - Integer.numberOfLeadingZeros(words[index]);
            }
        }
        return -1;
    }

    @Override
    public void save(StateOutput out) {
        for (int word : words) {
            out.putInt(word);
        }
    }

    @Override
    public void restore(StateInput in) {
        for (int index = 0; index < words.length; index++) {
            words[index] = in.getInt();
        }
    }
}
