package org.jkprobes.machine.cpu.x86.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jkprobes.isa.x86.X86Decoder;
import org.jkprobes.isa.x86.X86Instruction;
import org.jkprobes.isa.x86.X86Mode;
import org.junit.jupiter.api.Test;

/** The codes taken from bytes are those that the comparison with the host uses. */
class FpuCodeTest {
    private static X86Instruction decode(String text, X86Mode mode) {
        byte[] bytes = HexFormat.of().parseHex(text);
        return X86Decoder.decode(bytes, 0, bytes.length, mode);
    }

    private static int code(String text) {
        return FpuCode.of(HexFormat.of().parseHex(text), 0, decode(text, X86Mode.BITS64));
    }

    private static List<Encoding> encodings() {
        List<Encoding> found = new ArrayList<>(VectorEncodings.all());
        found.addAll(X87Encodings.exact());
        found.addAll(ImageCases.encodings());
        found.addAll(TranscendentalCases.ALL);
        return found;
    }

    @Test
    void ofEveryEncoding() {
        FpuUnderTest ours = new FpuUnderTest();
        for (Encoding encoding : encodings()) {
            FpuCase plain = new FpuCase(ImageCases.MEMORY);
            plain.x87(0x37f, 0, 0);
            boolean defined = HostCpu.signal(ours.run(plain, encoding.code())) != 4;
            assertThat(decode(encoding.bytes(), X86Mode.BITS64).isValid())
                    .as("%s is an instruction", encoding.bytes())
                    .isEqualTo(defined);
            boolean fence = encoding.bytes().equals("0faee8");
            if (defined && !fence) {
                assertThat(code(encoding.bytes())).as(encoding.bytes()).isEqualTo(encoding.code() | FpuCode.LONG_MODE);
            }
        }
    }

    @Test
    void operandSizeOfOtherModes() {
        // fnsave (%bx) is the 94-byte image in a 16-bit segment, and with a prefix in a 32-bit one.
        byte[] plain = HexFormat.of().parseHex("dd37");
        assertThat(FpuCode.of(plain, 0, X86Decoder.decode(plain, 0, 2, X86Mode.BITS16)))
                .isEqualTo(FpuCode.x87(0xdd, 0x37, FpuCode.NARROW));
        assertThat(FpuCode.of(plain, 0, X86Decoder.decode(plain, 0, 2, X86Mode.BITS32)))
                .isEqualTo(FpuCode.x87(0xdd, 0x37, 0));
        byte[] prefixed = HexFormat.of().parseHex("66dd37");
        assertThat(FpuCode.of(prefixed, 0, X86Decoder.decode(prefixed, 0, 3, X86Mode.BITS32)))
                .isEqualTo(FpuCode.x87(0xdd, 0x37, FpuCode.NARROW));
    }

    @Test
    void registersWithRex() {
        // addss %xmm10,%xmm9; movq %xmm1,%r8; pshufd $0x1b,0x8(%rdi,%rcx,4),%xmm12
        assertThat(code("f3450f58ca")).isEqualTo(FpuCode.of(0x58, 9, 10, 0, FpuCode.PREFIX_F3 | FpuCode.LONG_MODE));
        assertThat(code("66490f7ec8"))
                .isEqualTo(FpuCode.of(0x7e, 1, 8, 0, FpuCode.PREFIX_66 | FpuCode.WIDE | FpuCode.LONG_MODE));
        assertThat(code("66440f70648f081b"))
                .isEqualTo(FpuCode.of(0x70, 12, 4, 0x1b, FpuCode.PREFIX_66 | FpuCode.MEMORY | FpuCode.LONG_MODE));
    }

    @Test
    void othersAreNone() {
        // nop; syscall; mfence; clflush (%rdi); xsave (%rdi)
        for (String other : List.of("90", "0f05", "0faef0", "0fae3f", "0fae27")) {
            assertThat(code(other)).isEqualTo(FpuCode.NONE);
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
