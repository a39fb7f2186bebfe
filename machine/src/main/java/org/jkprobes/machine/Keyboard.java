package org.jkprobes.machine;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keys on their way from the host to the guest's console. Any thread may type; the machine takes the keys at an instruction of its
 * choice, as fast as the guest takes them, and writes that into its {@link InputJournal}.
 */
public final class Keyboard {
    private static final long NS_PER_MS = 1_000_000;

    private final Queue<Byte> keys = new ArrayDeque<>();
    /** Something was typed that the machine does not know of. */
    private boolean news;
    /** {@link #wake} was called. */
    private boolean woken;

    /** Queues keys for the guest. */
    public synchronized void type(byte[] bytes) {
        for (byte key : bytes) {
            keys.add(key);
        }
        if (bytes.length > 0) {
            news = true;
            notifyAll();
        }
    }

    /** Has an idle machine look around, as a key would. */
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Whether keys wait that the guest has not taken yet. */
    public synchronized boolean hasKeys() {
        return !keys.isEmpty();
    }

    /**
     * Waits until {@code ns} of the host's time have passed, a key is typed or the thread is interrupted; without using the CPU.
     * Returns how much has passed, {@code ns} at most.
     */
    public synchronized long await(long ns) {
        long start = System.nanoTime();
        long passed = 0;
        try {
            while (!news && !woken && passed < ns) {
                long left = ns - passed;
                wait(left / NS_PER_MS, (int) (left % NS_PER_MS));
                passed = System.nanoTime() - start;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Math.min(ns, System.nanoTime() - start);
    }

    /** Whether there is something the machine does not know of; having been woken is so once. */
    synchronized boolean hasNews() {
        boolean was = woken;
        woken = false;
        return news || was;
    }

    /** Whether there was news; there is none any more. */
    synchronized boolean takeNews() {
        boolean had = news;
        news = false;
        return had;
    }

    /** The next key, 0 to 255, left where it is; -1 if there is none. */
    synchronized int peek() {
        Byte key = keys.peek();
        return key == null ? -1 : key & 0xff;
    }

    synchronized void remove() {
        keys.remove();
    }

    /** Keys that wait are as if just typed. */
    synchronized void renew() {
        news = !keys.isEmpty();
    }

    synchronized void clear() {
        keys.clear();
        news = false;
    }
}
