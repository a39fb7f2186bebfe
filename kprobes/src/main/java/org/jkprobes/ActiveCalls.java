package org.jkprobes;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The instances of kretprobes that are on their way, by task. */
final class ActiveCalls {
    private static final int BUCKETS = 256;

    private final Bucket[] buckets = new Bucket[BUCKETS];

    ActiveCalls() {
        Arrays.setAll(buckets, i -> new Bucket());
    }

    private Bucket bucket(long task) {
        return buckets[(int) (task * 0x9e3779b97f4a7c15L >>> 56)];
    }

    void add(KretprobeInstance<?> instance) {
        bucket(instance.task).add(instance);
    }

    /** Takes out the instances that return here: a chain by {@code next}, the newest first. */
    @Nullable
    KretprobeInstance<?> returning(long task, long returnAddress, long stackPointer) {
        return bucket(task).returning(task, returnAddress, stackPointer);
    }

    /** Takes out one instance that can no longer return, given that its task is at this stack pointer now; or null. */
    @Nullable
    KretprobeInstance<?> overtaken(long task, long stackPointer, int stackShift) {
        return bucket(task).overtaken(task, stackPointer, stackShift);
    }

    /** Takes out all that are chosen: a chain by {@code next}. */
    @Nullable
    KretprobeInstance<?> drop(Predicate<KretprobeInstance<?>> choice) {
        KretprobeInstance<?> dropped = null;
        for (Bucket bucket : buckets) {
            dropped = bucket.drop(choice, dropped);
        }
        return dropped;
    }

    /** A list, the newest first. Its lock is held for a few list operations, never while a handler runs. */
    private static final class Bucket {
        private final AtomicBoolean locked = new AtomicBoolean();
        private volatile @Nullable KretprobeInstance<?> head;

        private void lock() {
            while (!locked.compareAndSet(false, true)) {
                Thread.onSpinWait();
            }
        }

        private void unlock() {
            locked.set(false);
        }

        void add(KretprobeInstance<?> instance) {
            lock();
            instance.next = head;
            head = instance;
            unlock();
        }

        @Nullable
        KretprobeInstance<?> returning(long task, long returnAddress, long stackPointer) {
            if (head == null) {
                return null;
            }
            lock();
            KretprobeInstance<?> chosen = null;
            KretprobeInstance<?> chosenLast = null;
            KretprobeInstance<?> before = null;
            KretprobeInstance<?> one = head;
            while (one != null) {
                KretprobeInstance<?> next = one.next;
                if (one.task == task && one.returnAddress == returnAddress && one.stackPointer == stackPointer) {
                    unlink(before, one);
                    if (chosenLast == null) {
                        chosen = one;
                    } else {
                        chosenLast.next = one;
                    }
                    chosenLast = one;
                } else {
                    before = one;
                }
                one = next;
            }
            unlock();
            return chosen;
        }

        @Nullable
        KretprobeInstance<?> overtaken(long task, long stackPointer, int stackShift) {
            if (head == null) {
                return null;
            }
            lock();
            KretprobeInstance<?> before = null;
            KretprobeInstance<?> one = head;
            while (one != null && !isOvertaken(one, task, stackPointer, stackShift)) {
                before = one;
                one = one.next;
            }
            if (one != null) {
                unlink(before, one);
            }
            unlock();
            return one;
        }

        /** On one stack, callers are above: below the stack pointer of now there is no one left. */
        private static boolean isOvertaken(KretprobeInstance<?> one, long task, long stackPointer, int stackShift) {
            return one.task == task
                    && Long.compareUnsigned(one.stackPointer, stackPointer) < 0
                    && one.stackPointer >>> stackShift == stackPointer >>> stackShift;
        }

        @Nullable
        KretprobeInstance<?> drop(
                Predicate<KretprobeInstance<?>> choice, @Nullable KretprobeInstance<?> droppedBefore) {
            KretprobeInstance<?> dropped = droppedBefore;
            lock();
            KretprobeInstance<?> before = null;
            KretprobeInstance<?> one = head;
            while (one != null) {
                KretprobeInstance<?> next = one.next;
                if (choice.test(one)) {
                    unlink(before, one);
                    one.next = dropped;
                    dropped = one;
                } else {
                    before = one;
                }
                one = next;
            }
            unlock();
            return dropped;
        }

        private void unlink(@Nullable KretprobeInstance<?> before, KretprobeInstance<?> one) {
            if (before == null) {
                head = one.next;
            } else {
                before.next = one.next;
            }
            one.next = null;
        }
    }
}
