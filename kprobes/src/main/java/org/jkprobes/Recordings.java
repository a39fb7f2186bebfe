package org.jkprobes;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.arch.Errno;
import org.jkprobes.target.HitRecording;
import org.jkprobes.target.Target;

/** What probes with a {@link HitRing} have recorded. */
final class Recordings {
    private Recordings() {}

    /** @throws ProbeRefusal if the probe cannot record what it is to */
    static void check(Kprobe probe, Target target) {
        HitRing ring = probe.ring().orElse(null);
        if (ring == null) {
            return;
        }
        String place = probe.location().toString();
        int count = probe.recorded().size();
        if (count > ring.registers()) {
            throw ProbeRefusal.of(
                    Errno.E2BIG, place, "a record of its ring holds " + ring.registers() + " registers, not " + count);
        }
        for (String name : probe.recorded()) {
            if (target.register(name) < 0) {
                throw ProbeRefusal.of(
                        Errno.EINVAL, place, "there is no register '" + name + "' on " + target.architecture());
            }
        }
        if (!ring.belongsTo(target)) {
            throw ProbeRefusal.of(Errno.EBUSY, place, "its ring is of another target");
        }
    }

    /** Makes a checked probe ready to record. */
    static void prepare(Kprobe probe, Target target) {
        probe.ring()
                .ifPresent(ring -> probe.recording = ring.recording(
                        probe,
                        probe.recorded().stream().mapToInt(target::register).toArray()));
    }

    /** Of those of the probes that record. */
    static List<HitRecording> of(Kprobe[] probes) {
        List<HitRecording> recordings = new ArrayList<>();
        for (Kprobe probe : probes) {
            HitRecording recording = probe.recording;
            if (recording != null) {
                recordings.add(recording);
            }
        }
        return recordings;
    }
}
