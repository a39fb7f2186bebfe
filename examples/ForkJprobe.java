import org.jkprobes.Jprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.module.ProbeModule;
import org.jkprobes.target.Memory;

/**
 * A jprobe: a method with the parameter list of the probed function, entered with its arguments. Those of do_fork are in a structure
 * today, struct kernel_clone_args; vm_mmap_pgoff still has six of its own, two of them on the stack.
 *
 * <p>jkprobes run --exec 'ls /' --module examples/ForkJprobe.java
 */
public final class ForkJprobe implements ProbeModule {
    // offsets in struct kernel_clone_args (include/linux/sched/task.h of 6.1, 32 bits)
    private static final int FLAGS = 0;
    private static final int STACK = 24;
    private static final int STACK_SIZE = 28;

    @Override
    public void init(Kprobes kprobes) {
        Memory memory = kprobes.target().memory();
        kprobes.register(Jprobe.at("kernel_clone")
                .entry(args -> kprobes.printk("jprobe: clone_flags 0x%x, stack_start 0x%x, stack_size 0x%x",
                        memory.readLong(args + FLAGS, 0),
                        memory.readInt(args + STACK, 0),
                        memory.readInt(args + STACK_SIZE, 0)))
                .build());
        kprobes.register(Jprobe.at("vm_mmap_pgoff")
                .entry((file, address, length, protection, flags, page) ->
                        kprobes.printk("jprobe: mmap of %d bytes at %08x, protection %d, flags 0x%x, page %d",
                                length, address, protection, flags, page))
                .build());
    }
}
