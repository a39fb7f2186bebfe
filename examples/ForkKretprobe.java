import java.util.ArrayList;
import java.util.List;
import org.jkprobes.Kprobes;
import org.jkprobes.Kretprobe;
import org.jkprobes.module.ProbeModule;

/**
 * A kretprobe: a handler for the returns of a function, with data from its entry. Shows whom each call of kernel_clone has made.
 *
 * <p>jkprobes run --exec 'ls /; ls /' --module examples/ForkKretprobe.java
 */
public final class ForkKretprobe implements ProbeModule {
    private static final class Entered {
        private long stackPointer;
    }

    private final List<Integer> children = new ArrayList<>();
    private Kretprobe<?> probe;

    @Override
    public void init(Kprobes kprobes) {
        probe = kprobes.register(Kretprobe.at("kernel_clone")
                .data(Entered::new)
                .entry((call, regs) -> {
                    // x86 returns by popping.
                    call.data().stackPointer = kprobes.arch().returnStackPointer(regs);
                    return 0;
                })
                .handler((call, regs) -> {
                    int child = (int) kprobes.returnValue(regs);
                    children.add(child);
                    kprobes.printk("kretprobe: kernel_clone has returned %d to %08x (stack pointer %s)",
                            child,
                            call.returnAddress(),
                            call.data().stackPointer == regs.stackPointer() ? "as at its entry" : "changed");
                })
                .maxactive(20)
                .build());
    }

    @Override
    public void exit(Kprobes kprobes) {
        kprobes.printk("%d children: %s; missed %d", children.size(), children, probe.nmissed());
    }
}
