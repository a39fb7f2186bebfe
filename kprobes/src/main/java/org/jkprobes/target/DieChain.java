package org.jkprobes.target;

import java.util.Arrays;

/**
 * The exception notifier chain (die chain). The highest priority is asked first; among equals, the one registered first. Notifying takes
 * no lock and allocates nothing.
 */
@SuppressWarnings("ReferenceEquality") // a notifier is itself, whatever its equals says
public final class DieChain {
    /** Kprobes' own priority. */
    public static final int KPROBES_PRIORITY = Integer.MAX_VALUE;

    private record Link(DieNotifier notifier, int priority) {}

    private volatile Link[] links = {};

    /** Adds a notifier. @throws IllegalStateException if it is in the chain already */
    public synchronized void register(DieNotifier notifier, int priority) {
        Link[] old = links;
        int at = 0;
        for (Link link : old) {
            if (link.notifier == notifier) {
                throw new IllegalStateException("this notifier is registered already");
            }
            if (link.priority >= priority) {
                at++;
            }
        }
        Link[] grown = new Link[old.length + 1];
        System.arraycopy(old, 0, grown, 0, at);
        grown[at] = new Link(notifier, priority);
        System.arraycopy(old, at, grown, at + 1, old.length - at);
        links = grown;
    }

    /** Takes a notifier out; false if it is not in the chain. It may still be running on other vCPUs. */
    public synchronized boolean unregister(DieNotifier notifier) {
        Link[] old = links;
        links = Arrays.stream(old).filter(link -> link.notifier != notifier).toArray(Link[]::new);
        return links.length != old.length;
    }

    /**
     * Asks the chain. Called by the target on the vCPU's thread.
     *
     * @return {@link Notify#STOP} if a notifier handled the event, {@link Notify#OK} if one saw it, else {@link Notify#DONE}
     */
    public Notify notifyDie(DieEvent event, PtRegs regs, int trapnr) {
        Notify answer = Notify.DONE;
        for (Link link : links) {
            Notify one;
            try {
                one = link.notifier.notifyDie(event, regs, trapnr);
            } catch (RuntimeException | StackOverflowError e) {
                // A broken notifier must not take the guest down; it has not handled the event.
                one = Notify.DONE;
            }
            if (one == Notify.STOP) {
                return one;
            }
            if (one == Notify.OK) {
                answer = one;
            }
        }
        return answer;
    }
}
