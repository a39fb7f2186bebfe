import org.jkprobes.Jprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.module.ProbeModule;
import org.jkprobes.target.Memory;

/**
 * A jprobe: a method with the parameter list of the probed function, entered with its arguments. Those of do_fork are in a structure
 * today, struct kernel_clone_args; vm_mmap_pgoff still has six of its own, on the stack where there are too few registers for them.
 *
 * <p>jkprobes run --exec 'ls /' --module examples/ForkJprobe.java
 */
public final class ForkJprobe implements ProbeModule {
    @Override
    public void init(Kprobes kprobes) {
        Memory memory = kprobes.target().memory();
        // struct kernel_clone_args (include/linux/sched/task.h of 6.1): flags of 64 bits, three pointers, an int, then two longs
        int word = kprobes.target().wordBytes();
        int stack = 8 + 4 * word;
        kprobes.register(Jprobe.at("kernel_clone")
                .entry(args -> kprobes.printk("jprobe: clone_flags 0x%x, stack_start 0x%x, stack_size 0x%x",
                        memory.readLong(args, 0),
                        word(memory, args + stack, word),
                        word(memory, args + stack + word, word)))
                .build());
        kprobes.register(Jprobe.at("vm_mmap_pgoff")
                .entry((file, address, length, protection, flags, page) ->
                        kprobes.printk("jprobe: mmap of %d bytes at %08x, protection %d, flags 0x%x, page %d",
                                length, address, protection, flags, page))
                .build());
    }

    private static long word(Memory memory, long address, int bytes) {
        return bytes == 8 ? memory.readLong(address, 0) : memory.readInt(address, 0) & 0xffffffffL;
    }
}
