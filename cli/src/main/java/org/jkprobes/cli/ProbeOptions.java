package org.jkprobes.cli;

import java.nio.file.Path;
import java.util.List;
import org.jkprobes.module.ProbeModule;

/**
 * The probes a run is asked to plant.
 *
 * @param after whether registers after the instructions of kprobes are reported too
 * @param kretprobes functions
 * @param records places whose hits are recorded
 * @param modules files with probe modules, {@code .java} or {@code .jar}
 * @param builtIn probe modules of our own
 * @param optimize whether probes may take the optimized path
 */
public record ProbeOptions(
        List<ProbePoint> kprobes,
        boolean after,
        List<JprobePoint> jprobes,
        List<ProbePoint> kretprobes,
        List<RecordPoint> records,
        List<Path> modules,
        List<ProbeModule> builtIn,
        boolean optimize) {
    /** None. */
    public static final ProbeOptions NONE =
            new ProbeOptions(List.of(), false, List.of(), List.of(), List.of(), List.of(), List.of(), true);

    public ProbeOptions {
        kprobes = List.copyOf(kprobes);
        jprobes = List.copyOf(jprobes);
        kretprobes = List.copyOf(kretprobes);
        records = List.copyOf(records);
        modules = List.copyOf(modules);
        builtIn = List.copyOf(builtIn);
    }

    /** Whether there is nothing to plant. */
    public boolean isEmpty() {
        return kprobes.isEmpty()
                && jprobes.isEmpty()
                && kretprobes.isEmpty()
                && records.isEmpty()
                && modules.isEmpty()
                && builtIn.isEmpty();
    }
}
