import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.module.ProbeModule;
import org.jkprobes.target.PtRegs;

/**
 * The first example of every introduction to Kprobes: a probe on do_fork, which is called kernel_clone today. The handlers show
 * registers; the one before the instruction also has the kernel print its stack, once.
 *
 * <p>jkprobes run --exec 'ls /; ls /' --module examples/ForkKprobe.java
 */
public final class ForkKprobe implements ProbeModule {
    private int hits;

    @Override
    public void init(Kprobes kprobes) {
        Kprobe probe = Kprobe.at("kernel_clone").pre(this::before).post(this::after).fault(this::fault).build();
        kprobes.register(probe);
        kprobes.printk("kprobe planted at %s", kprobes.target().symbols().describe(probe.address()));
    }

    private int before(Kprobe probe, PtRegs regs) {
        probe.kprobes().printk("pre: pc %08x, sp %08x, the first argument %08x",
                regs.pc(), regs.stackPointer(), probe.kprobes().argument(regs, 0));
        if (hits++ == 0) {
            probe.kprobes().call(regs, "dump_stack");
        }
        return 0;
    }

    private void after(Kprobe probe, PtRegs regs, long flags) {
        probe.kprobes().printk("post: pc %08x, sp %08x", regs.pc(), regs.stackPointer());
    }

    private int fault(Kprobe probe, PtRegs regs, int trap) {
        probe.kprobes().printk("fault: trap %d at %08x", trap, regs.pc());
        return 0; // the guest gets it
    }

    @Override
    public void exit(Kprobes kprobes) {
        kprobes.printk("kernel_clone was called %d times", hits);
    }
}
