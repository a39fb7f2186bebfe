import org.jkprobes.Kprobe;
import org.jkprobes.Kprobes;
import org.jkprobes.module.ProbeModule;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;

/**
 * The article's module that places the probe: hooks before and after the first instruction of hello_to_debug, a function of a module of
 * the guest's own (first.c). It may be loaded before that module is: then the probe waits for it.
 */
public final class HelloProbe implements ProbeModule {
    private Kprobes kprobes;
    private String prefix;

    @Override
    public void init(Kprobes all) {
        kprobes = all;
        prefix = all.target().wordBytes() == 8 ? "r" : "e";
        kprobes.printk("Inserting the kprobes");
        for (Symbol function : kprobes.target().symbols().byName("hello_to_debug")) {
            kprobes.printk("Address where the kprobe is going to be inserted - %x", function.address());
        }
        kprobes.register(Kprobe.at("first:hello_to_debug").pending().pre(this::before).post(this::after).build());
    }

    private int before(Kprobe probe, PtRegs regs) {
        kprobes.printk("Before hook");
        kprobes.printk("This is the Kprobe pre handler for instruction at %x", probe.address());
        show(regs);
        return 0;
    }

    private void after(Kprobe probe, PtRegs regs, long flags) {
        kprobes.printk("After hook");
        kprobes.printk("This is the Kprobe post handler for instruction at %x", probe.address());
        show(regs);
    }

    private void show(PtRegs regs) {
        kprobes.printk("The registers are:");
        kprobes.printk("%1$sax=%2$x, %1$sbx=%3$x, %1$scx=%4$x, %1$sdx=%5$x", prefix, general(regs, "ax"),
                general(regs, "bx"), general(regs, "cx"), general(regs, "dx"));
        kprobes.printk("eflags=%x, %ssp=%x", regs.get("eflags"), prefix, regs.stackPointer());
    }

    private long general(PtRegs regs, String name) {
        return regs.get(prefix + name);
    }
}
