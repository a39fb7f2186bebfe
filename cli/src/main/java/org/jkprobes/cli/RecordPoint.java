package org.jkprobes.cli;

import java.util.List;
import org.jkprobes.HitRing;

/**
 * A place whose hits are recorded and the registers that are, as written on the command line: {@code SYMBOL+OFFSET} or {@code
 * SYMBOL+OFFSET:REGISTER,REGISTER}.
 *
 * @param registers their names; which there are depends on the guest
 */
public record RecordPoint(ProbePoint place, List<String> registers) {
    public RecordPoint {
        registers = List.copyOf(registers);
    }

    /**
     * Reads one.
     *
     * @throws UserError if the text is none
     */
    public static RecordPoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return new RecordPoint(ProbePoint.parse(text), List.of());
        }
        List<String> names = List.of(text.substring(colon + 1).split(",", -1));
        if (names.size() > HitRing.MOST_REGISTERS || names.stream().anyMatch(name -> !name.matches("[a-z0-9]+"))) {
            throw new UserError("'" + text + "': behind the colon stand names of registers, up to "
                    + HitRing.MOST_REGISTERS + ", such as a0,ra");
        }
        return new RecordPoint(ProbePoint.parse(text.substring(0, colon)), names);
    }
}
