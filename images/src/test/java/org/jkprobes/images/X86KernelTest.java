package org.jkprobes.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.jkprobes.images.KernelImage.Kind;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's x86 kernels and busyboxes, fetched when they are not in the cache: unpacked as the tools unpack them. */
@Tag("kernel")
@Tag("oracle")
class X86KernelTest {
    /** The payload's place and length are in the setup header (Linux Documentation/arch/x86/boot.rst). */
    @ParameterizedTest
    @CsvSource({"I386, xz -dc", "AMD64, lz4 -dc"})
    void thePayloadUnpacksAsItsToolUnpacksIt(Architecture architecture, String tool) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(architecture, System.err::println);
        byte[] file = Files.readAllBytes(fetched.kernel());
        ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int start = (header.get(0x1f1) + 1) * 512 + header.getInt(0x248);
        // Its last four bytes are its unpacked length.
        int length = header.getInt(0x24c) - 4;
        byte[] expected = Commands.run(Arrays.copyOfRange(file, start, start + length), tool.split(" "));
        assertThat(header.getInt(start + length)).isEqualTo(expected.length);
        byte[][] ours = new byte[1][];
        BzImage.read(file).unpacked((_, unpack) -> ours[0] = unpack.unpack());
        assertThat(ours[0]).isEqualTo(expected);

        KernelImage image = KernelImage.open(fetched.kernel(), CacheFolder.ofUser());
        assertThat(image.require(architecture).kind()).isEqualTo(Kind.UNPACKED_ELF);
        assertThat(image.entry()).isEqualTo(0x100_0000);
        assertThat(image.segments().getFirst().virtualAddress())
                .isEqualTo(architecture == Architecture.I386 ? 0xc100_0000L : 0xffff_ffff_8100_0000L);
        assertThat(image.relocations().capacity()).as("it can be moved").isGreaterThan(100_000);
        assertThat(new String(expected, StandardCharsets.ISO_8859_1)).contains("Linux version " + fetched.release());
    }

    /** It is for this architecture, and an initramfs made of it is known as one. */
    @ParameterizedTest
    @CsvSource({"I386", "AMD64"})
    void theInitramfsHoldsThatArchitecturesBusybox(Architecture architecture) throws Exception {
        DebianKernels.Fetched fetched = DebianKernels.fetchFor(architecture, System.err::println);
        byte[] busybox = Files.readAllBytes(fetched.busybox());
        InitProgram.check(busybox, architecture);
        List<String> applets = Applets.of(busybox);
        assertThat(applets).contains("sh", "mount", "poweroff").doesNotHaveDuplicates();
        byte[] archive = Initramfs.of(busybox).exec("true").toBytes();
        assertThat(InitramfsFile.of(archive).architecture()).contains(architecture);
    }
}
