package org.jkprobes.machine.cpu.x86.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The codes taken from bytes are those that the comparison with the host uses. */
class FpuCodeTest {
    private static int code(String text, boolean longMode) {
        byte[] bytes = HexFormat.of().parseHex(text);
        int at = 0;
        boolean narrow = false;
        while (bytes[at] == 0x66 || (bytes[at] & 0xfe) == 0xf2 || (longMode && (bytes[at] & 0xf0) == 0x40)) {
            narrow |= bytes[at] == 0x66;
            at++;
        }
        return FpuCode.of(bytes, 0, at, bytes.length, narrow, longMode);
    }

    @Test
    void ofEveryEncoding() {
        List<Encoding> encodings = new ArrayList<>(VectorEncodings.all());
        encodings.addAll(X87Encodings.exact());
        encodings.addAll(ImageCases.encodings());
        encodings.addAll(TranscendentalCases.ALL);
        for (Encoding encoding : encodings) {
            boolean fence = encoding.bytes().equals("0faee8");
            boolean undefined = encoding.bytes().matches("(..)?0ff0..");
            if (!fence && !undefined) {
                assertThat(code(encoding.bytes(), true))
                        .as(encoding.bytes())
                        .isEqualTo(encoding.code() | FpuCode.LONG_MODE);
            }
        }
    }

    @Test
    void registersWithRex() {
        // addss %xmm10,%xmm9; movq %xmm1,%r8; pshufd $0x1b,0x8(%rdi,%rcx,4),%xmm12
        assertThat(code("f3450f58ca", true))
                .isEqualTo(FpuCode.of(0x58, 9, 10, 0, FpuCode.PREFIX_F3 | FpuCode.LONG_MODE));
        assertThat(code("66490f7ec8", true))
                .isEqualTo(FpuCode.of(0x7e, 1, 8, 0, FpuCode.PREFIX_66 | FpuCode.WIDE | FpuCode.LONG_MODE));
        assertThat(code("66440f70648f081b", true))
                .isEqualTo(FpuCode.of(0x70, 12, 4, 0x1b, FpuCode.PREFIX_66 | FpuCode.MEMORY | FpuCode.LONG_MODE));
    }

    @Test
    void othersAreNone() {
        // nop; syscall; mfence; clflush (%rdi); xsave (%rdi)
        for (String other : List.of("90", "0f05", "0faef0", "0fae3f", "0fae27")) {
            assertThat(code(other, true)).isEqualTo(FpuCode.NONE);
        }
    }

    @Test
    void effectsBesideTheirOwnRegisters() {
        int fcomip = FpuCode.x87(0xdf, 0xf1, 0);
        int fcmovb = FpuCode.x87(0xda, 0xc1, 0);
        int fnstswAx = FpuCode.x87(0xdf, 0xe0, 0);
        assertThat(FpuCode.writesFlags(fcomip)).isTrue();
        assertThat(FpuCode.writesFlags(FpuCode.of(0x2e, 0, 1, 0, 0))).isTrue();
        assertThat(FpuCode.writesFlags(FpuCode.of(0x58, 0, 1, 0, 0))).isFalse();
        assertThat(FpuCode.readsFlags(fcmovb)).isTrue();
        assertThat(FpuCode.readsFlags(fcomip)).isFalse();
        assertThat(FpuCode.writtenGeneral(fnstswAx)).isZero();
        assertThat(FpuCode.writtenGeneral(FpuCode.of(0x2d, 9, 1, 0, FpuCode.PREFIX_F2)))
                .isEqualTo(9);
        assertThat(FpuCode.writtenGeneral(FpuCode.of(0x7e, 1, 8, 0, FpuCode.PREFIX_66)))
                .isEqualTo(8);
        assertThat(FpuCode.writtenGeneral(FpuCode.of(0x7e, 1, 8, 0, FpuCode.PREFIX_F3)))
                .isEqualTo(-1);
    }
}
