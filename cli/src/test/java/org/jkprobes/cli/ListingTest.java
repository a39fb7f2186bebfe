package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.SymbolException;
import org.jkprobes.target.Symbol;
import org.junit.jupiter.api.Test;

class ListingTest {
    private static final long BASE = 0x80100000L;

    /** {@code jal 0x80100010} and the usual return, from the MIPS32 manual's encodings. */
    private static final int[] WORDS = {0x0c040004, 0x00000000, 0x03e00008, 0x27bd0018, 0x03e00008, 0x00000000};

    private static final StaticKernel KERNEL = new StaticKernel(
            Guest.MIPSEL,
            KernelSymbols.of(
                    DataModel.LITTLE_32,
                    List.of(
                            new Symbol("first", BASE, 0, "", 'T'),
                            new Symbol("second", BASE + 16, 0, "", 't'),
                            new Symbol("data", BASE + 24, 0, "", 'd'),
                            new Symbol("last", BASE + 32, 0, "", 'T'))),
            ListingTest::read);

    private static int read(long address, byte[] into, int offset, int length) {
        long from = address - BASE;
        int count = Math.clamp(4L * WORDS.length - from, 0, length);
        for (int i = 0; i < count; i++) {
            int at = (int) from + i;
            into[offset + i] = (byte) (WORDS[at / 4] >> at % 4 * 8);
        }
        return count;
    }

    private static Listing list(String place) {
        return Listing.of(KERNEL, ProbePoint.parse(place));
    }

    @Test
    void aFunctionIsListedFromStartToEnd() {
        assertThat(list("first").lines())
                .containsExactly(
                        new Listing.Line(0, BASE, "0c040004", "jal     80100010 <second>"),
                        new Listing.Line(4, BASE + 4, "00000000", "nop"),
                        new Listing.Line(8, BASE + 8, "03e00008", "jr      ra"),
                        new Listing.Line(12, BASE + 12, "27bd0018", "addiu   sp,sp,24"));
    }

    @Test
    void anOffsetOrAddressListsTheRest() {
        assertThat(list("first+8").lines())
                .hasSize(2)
                .isEqualTo(list("0x80100008").lines());
    }

    @Test
    void placesThatAreNoInstructionOfAFunctionAreRefused() {
        assertThatThrownBy(() -> list("third")).isInstanceOf(SymbolException.class);
        assertThatThrownBy(() -> list("first+16")).isInstanceOf(SymbolException.class);
        assertThatThrownBy(() -> list("first+2")).isInstanceOf(UserError.class).hasMessageContaining("multiples of 4");
        assertThatThrownBy(() -> list("data")).isInstanceOf(UserError.class).hasMessageContaining("is data");
        assertThatThrownBy(() -> list("0x1000")).isInstanceOf(UserError.class).hasMessageContaining("0x1000");
    }
}
