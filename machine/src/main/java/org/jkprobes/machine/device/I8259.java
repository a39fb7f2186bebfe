package org.jkprobes.machine.device;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;

/**
 * One Intel 8259A interrupt controller: two ports, eight inputs, one output. Edge or level sensing is chosen per input by the
 * PIIX4's ELCR, not by ICW1. Source: Intel 8259A data sheet; Intel 82371AB (PIIX4) data sheet, ELCR1 and ELCR2.
 */
public final class I8259 implements Device {
    private static final int CASCADE_INPUT = 2;
    private static final int NONE = -1;

    private final boolean master;
    private final int levelCapable;
    private final InterruptLine output;

    private int request;
    private int inService;
    private int mask;
    private int sensed;
    private int levelTriggered;
    private int vectorBase;
    /** The input of the highest priority; priorities rotate. */
    private int highest;

    private int expectedWord;
    private boolean expectsWord4;
    private boolean single;
    private boolean readsInService;
    private boolean poll;
    private boolean specialMask;
    private boolean autoEnd;
    private boolean rotateOnAutoEnd;
    private boolean specialFullyNested;

    /**
     * A chip as after power-on.
     *
     * @param master whether a second chip drives input 2
     * @param levelCapable the inputs that the ELCR can make level triggered, as a bit mask
     */
    public I8259(boolean master, int levelCapable, InterruptLine output) {
        this.master = master;
        this.levelCapable = levelCapable;
        this.output = output;
    }

    /** Drives input {@code number}, 0 to 7. */
    public void input(int number, boolean level) {
        int bit = 1 << number;
        if ((levelTriggered & bit) != 0) {
            request = level ? request | bit : request & ~bit;
        } else if (level && (sensed & bit) == 0) {
            request |= bit;
        }
        sensed = level ? sensed | bit : sensed & ~bit;
        drive();
    }

    /** The input to serve now, or -1: a request that is unmasked and outranks what is in service. */
    int pending() {
        int candidate = rank(request & ~mask);
        int serving = inService;
        if (specialMask) {
            serving &= ~mask;
        }
        if (specialFullyNested && master) {
            serving &= ~(1 << CASCADE_INPUT);
        }
        return candidate < rank(serving) ? (candidate + highest) & 7 : NONE;
    }

    /** What the chip does in an acknowledge cycle for an input that {@link #pending} gave. */
    void acknowledge(int number) {
        if (!autoEnd) {
            inService |= 1 << number;
        } else if (rotateOnAutoEnd) {
            highest = (number + 1) & 7;
        }
        if ((levelTriggered & (1 << number)) == 0) {
            request &= ~(1 << number);
        }
        drive();
    }

    int vector(int number) {
        return vectorBase + number;
    }

    int levelTriggered() {
        return levelTriggered;
    }

    void chooseLevelTriggered(int inputs) {
        levelTriggered = inputs & levelCapable;
    }

    /** 0 for the highest priority among {@code inputs}, 8 if there are none. */
    private int rank(int inputs) {
        int rotated = ((inputs | (inputs << 8)) >> highest) & 0xff;
        return rotated == 0 ? 8 : Integer.numberOfTrailingZeros(rotated);
    }

    private void drive() {
        output.set(pending() != NONE);
    }

    @Override
    public long load(int offset, int size) {
        if (poll) {
            poll = false;
            int number = pending();
            if (number == NONE) {
                return 0;
            }
            acknowledge(number);
            return 0x80 | number;
        }
        if ((offset & 1) != 0) {
            return mask;
        }
        return readsInService ? inService : request;
    }

    @Override
    public void store(int offset, int size, long value) {
        int word = (int) value & 0xff;
        if ((offset & 1) != 0) {
            storeUpper(word);
        } else if ((word & 0x10) != 0) {
            initialize(word);
        } else if ((word & 0x08) != 0) {
            operationWord3(word);
        } else {
            operationWord2(word);
        }
    }

    private void initialize(int word1) {
        sensed = 0;
        request &= levelTriggered;
        inService = 0;
        mask = 0;
        highest = 0;
        vectorBase = 0;
        readsInService = false;
        poll = false;
        specialMask = false;
        autoEnd = false;
        rotateOnAutoEnd = false;
        specialFullyNested = false;
        expectedWord = 2;
        expectsWord4 = (word1 & 1) != 0;
        single = (word1 & 2) != 0;
        drive();
    }

    private void storeUpper(int word) {
        switch (expectedWord) {
            case 2 -> {
                vectorBase = word & 0xf8;
                expectedWord = single ? afterWord3() : 3;
            }
            case 3 -> expectedWord = afterWord3();
            case 4 -> {
                specialFullyNested = (word & 0x10) != 0;
                autoEnd = (word & 0x02) != 0;
                expectedWord = 0;
            }
            default -> {
                mask = word;
                drive();
            }
        }
    }

    private int afterWord3() {
        return expectsWord4 ? 4 : 0;
    }

    private void operationWord3(int word) {
        if ((word & 0x04) != 0) {
            poll = true;
        }
        if ((word & 0x02) != 0) {
            readsInService = (word & 1) != 0;
        }
        if ((word & 0x40) != 0) {
            specialMask = (word & 0x20) != 0;
        }
    }

    private void operationWord2(int word) {
        boolean rotate = (word & 0x80) != 0;
        boolean specific = (word & 0x40) != 0;
        boolean end = (word & 0x20) != 0;
        if (!end && !specific) {
            rotateOnAutoEnd = rotate;
            return;
        }
        if (!end) {
            if (rotate) {
                highest = (word + 1) & 7;
                drive();
            }
            return;
        }
        int rank = rank(inService);
        if (!specific && rank == 8) {
            return;
        }
        int number = specific ? word & 7 : (rank + highest) & 7;
        inService &= ~(1 << number);
        if (rotate) {
            highest = (number + 1) & 7;
        }
        drive();
    }

    @Override
    public void save(StateOutput out) {
        out.putInt(request);
        out.putInt(inService);
        out.putInt(mask);
        out.putInt(sensed);
        out.putInt(levelTriggered);
        out.putInt(vectorBase);
        out.putInt(highest);
        out.putInt(expectedWord);
        out.putBoolean(expectsWord4);
        out.putBoolean(single);
        out.putBoolean(readsInService);
        out.putBoolean(poll);
        out.putBoolean(specialMask);
        out.putBoolean(autoEnd);
        out.putBoolean(rotateOnAutoEnd);
        out.putBoolean(specialFullyNested);
    }

    @Override
    public void restore(StateInput in) {
        request = in.getInt();
        inService = in.getInt();
        mask = in.getInt();
        sensed = in.getInt();
        levelTriggered = in.getInt();
        vectorBase = in.getInt();
        highest = in.getInt();
        expectedWord = in.getInt();
        expectsWord4 = in.getBoolean();
        single = in.getBoolean();
        readsInService = in.getBoolean();
        poll = in.getBoolean();
        specialMask = in.getBoolean();
        autoEnd = in.getBoolean();
        rotateOnAutoEnd = in.getBoolean();
        specialFullyNested = in.getBoolean();
    }
}
