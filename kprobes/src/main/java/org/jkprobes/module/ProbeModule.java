package org.jkprobes.module;

import org.jkprobes.Kprobes;

/**
 * A probe module, as the kernel modules of the seeds: a class with init and exit. Loaded from a file it needs a constructor without
 * parameters.
 *
 * <pre>{@code
 * public final class Forks implements ProbeModule {
 *     public void init(Kprobes kprobes) {
 *         kprobes.register(Kprobe.at("kernel_clone").pre((p, regs) -> { kprobes.printk("fork"); return 0; }).build());
 *     }
 * }
 * }</pre>
 */
public interface ProbeModule {
    /**
     * Registers what the module wants. If this throws, all that has been registered through {@code kprobes} is unregistered again.
     *
     * @param kprobes a {@link Kprobes#scope} of its own
     */
    void init(Kprobes kprobes) throws Exception;

    /** Called at unloading, before what the module has registered is unregistered. What it throws is reported, and stops nothing. */
    default void exit(Kprobes kprobes) throws Exception {}

    /** The name it is listed and unloaded by. */
    default String name() {
        return getClass().getSimpleName();
    }
}
