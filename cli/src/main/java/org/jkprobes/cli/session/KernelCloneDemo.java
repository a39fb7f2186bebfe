package org.jkprobes.cli.session;

import org.jkprobes.Jprobe;
import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.module.ProbeModule;
import org.jkprobes.target.Memory;

/**
 * What {@code jkprobes demo} shows: the classic examples on {@code do_fork}, whose name is {@code kernel_clone} now. A kprobe whose
 * handler has the guest print its stack, jprobes that read arguments, a kretprobe.
 */
public final class KernelCloneDemo implements ProbeModule {
    /**
     * The words of {@code struct kernel_clone_args} of {@code include/linux/sched/task.h} (6.1) behind its 64 bits of flags: three pointers,
     * the signal, and the stack's address and size.
     */
    private static final int FLAGS_BYTES = 8;

    private static final int EXIT_SIGNAL = 3;
    private static final int STACK = 4;
    private static final int STACK_SIZE = 5;

    private boolean dumped;

    @Override
    public void init(Kprobes kprobes) {
        Memory memory = kprobes.target().memory();
        kprobes.register(Kprobe.at("kernel_clone")
                .pre((probe, regs) -> {
                    if (!dumped) {
                        dumped = true;
                        kprobes.printk("kprobe kernel_clone: the handler calls the guest's dump_stack()");
                        kprobes.call(regs, "dump_stack");
                    }
                    return 0;
                })
                .build());
        kprobes.register(Jprobe.at("kernel_clone")
                .entry(args -> kprobes.printk(
                        "jprobe kernel_clone: flags 0x%x, stack 0x%x, stack_size 0x%x, exit_signal %d",
                        memory.readLong(args, 0), word(kprobes, args, STACK), word(kprobes, args, STACK_SIZE), (int)
                                word(kprobes, args, EXIT_SIGNAL)))
                .build());
        kprobes.register(Jprobe.at("vm_mmap_pgoff")
                .entry((file, address, length, protection, flags, page) -> {
                    if (file != 0) {
                        kprobes.printk(
                                "jprobe vm_mmap_pgoff: file %08x, addr %08x, len 0x%x, prot %d, flags 0x%x, pgoff %d",
                                file, address, length, protection, flags, page);
                    }
                })
                .build());
        kprobes.register(Kretprobe.at("kernel_clone")
                .handler((call, regs) ->
                        kprobes.printk("kretprobe kernel_clone: returns %d", (int) kprobes.returnValue(regs)))
                .build());
    }

    private static long word(Kprobes kprobes, long args, int number) {
        int bytes = kprobes.target().wordBytes();
        long address = args + FLAGS_BYTES + (long) number * bytes;
        Memory memory = kprobes.target().memory();
        return bytes == 8 ? memory.readLong(address, 0) : memory.readInt(address, 0) & 0xffffffffL;
    }
}
