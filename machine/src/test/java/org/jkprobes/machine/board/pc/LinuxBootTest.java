package org.jkprobes.machine.board.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jkprobes.machine.Timeline;
import org.jkprobes.machine.device.ConsoleSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxBootTest {
    private static final PcMemory MEMORY = new PcMemory(512L << 20);
    private static final long LINKED = 0x100_0000;

    /** A 64-bit kernel whose first page refers to places in itself: 32 bits, 32 bits counted down, 64 bits. */
    private static LinuxKernel kernel(boolean wide) {
        long virtual = wide ? 0xffff_ffff_8100_0000L : 0xc100_0000L;
        ByteBuffer text = ByteBuffer.allocate(0x1000).order(ByteOrder.LITTLE_ENDIAN);
        text.putInt(0x10, (int) virtual + 0x123).putInt(0x20, -((int) virtual)).putLong(0x30, virtual + 0x456);
        ByteBuffer table = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        int place = (int) virtual;
        for (int word :
                wide ? new int[] {0, place + 0x30, 0, place + 0x20, 0, place + 0x10} : new int[] {0, place + 0x10}) {
            table.putInt(word);
        }
        table.flip();
        byte[] relocations = new byte[table.remaining()];
        table.get(relocations);
        return new LinuxKernel(
                wide,
                false,
                LINKED,
                List.of(
                        new LinuxKernel.Segment(LINKED, virtual, text.array(), 0x1000),
                        new LinuxKernel.Segment(
                                LINKED + 0x20_0000, wide ? 0 : virtual + 0x20_0000, new byte[16], 0x10_0000)),
                new byte[0],
                relocations);
    }

    private static LinuxBoot.Options options(String line, OptionalLong kaslr) {
        return new LinuxBoot.Options(line, Optional.of(new byte[5000]), kaslr, 1, false);
    }

    private static ByteBuffer at(LinuxBoot boot, long physical) {
        for (LinuxBoot.Segment segment : boot.contents()) {
            long offset = physical - segment.physicalAddress();
            if (offset >= 0 && offset < segment.bytes().length) {
                return ByteBuffer.wrap(segment.bytes(), (int) offset, segment.bytes().length - (int) offset)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN);
            }
        }
        throw new AssertionError("nothing at " + Long.toHexString(physical));
    }

    @Test
    void theKernelFindsWhatItWasGiven() {
        LinuxBoot boot = LinuxBoot.prepare(MEMORY, kernel(true), options("console=ttyS0", OptionalLong.empty()));
        ByteBuffer params = at(boot, boot.start().registers().get(6));
        assertThat(params.getInt(0x202)).as("HdrS").isEqualTo(0x5372_6448);
        byte[] line = new byte[14];
        at(boot, params.getInt(0x228)).get(line);
        assertThat(new String(line, StandardCharsets.ISO_8859_1)).isEqualTo("console=ttyS0\0");
        int disk = params.getInt(0x218);
        assertThat(disk % 4096).isZero();
        assertThat(params.getInt(0x21c)).isEqualTo(5000);
        assertThat(at(boot, disk).remaining()).isEqualTo(5000);
        byte[] signature = new byte[8];
        at(boot, params.getLong(0x70)).get(signature);
        assertThat(new String(signature, StandardCharsets.US_ASCII)).isEqualTo("RSD PTR ");
        assertThat(params.get(0x211) & 2).as("not randomized").isZero();
        assertThat(boot.start().entry()).isEqualTo(LINKED);
    }

    @Test
    void theMemoryMapCoversAllRamOnce() {
        LinuxBoot boot = LinuxBoot.prepare(new PcMemory(5L << 30), kernel(true), options("", OptionalLong.empty()));
        ByteBuffer params = at(boot, boot.start().registers().get(6));
        long covered = 0;
        long last = 0;
        for (int i = 0; i < (params.get(0x1e8) & 0xff); i++) {
            long start = params.getLong(0x2d0 + 20 * i);
            assertThat(start).isGreaterThanOrEqualTo(last);
            last = start + params.getLong(0x2d0 + 20 * i + 8);
            covered += last - start;
        }
        assertThat(covered).as("all but video memory and 0xc0000 to 0xeffff").isEqualTo((5L << 30) - 0x5_0000);
    }

    @Test
    void pageTablesMapFourGibibytesToThemselves() {
        LinuxBoot boot = LinuxBoot.prepare(MEMORY, kernel(true), options("", OptionalLong.empty()));
        for (long linear : new long[] {0, 0x1234_5678L, 0x7fff_ffffL, 0xffff_ffffL}) {
            long entry = at(boot, boot.start().cr3() + 8 * (linear >> 39 & 511)).getLong();
            entry = at(boot, (entry & ~0xfffL) + 8 * (linear >> 30 & 511)).getLong();
            entry = at(boot, (entry & ~0xfffL) + 8 * (linear >> 21 & 511)).getLong();
            assertThat(entry & 0x81).isEqualTo(0x81);
            assertThat((entry & -(1L << 21)) + (linear & (1 << 21) - 1)).isEqualTo(linear);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMovedKernelRefersToItselfWhereItIs(boolean wide) {
        boolean apart = false;
        for (long seed = 1; seed <= 20; seed++) {
            LinuxBoot boot = LinuxBoot.prepare(MEMORY, kernel(wide), options("quiet", OptionalLong.of(seed)));
            long distance = boot.virtualShift();
            assertThat(distance % (1 << 21)).isZero();
            assertThat(boot.physicalShift() % (1 << 21)).isZero();
            assertThat(boot.start().entry()).isEqualTo(LINKED + boot.physicalShift());
            ByteBuffer text = at(boot, boot.start().entry());
            long virtual = wide ? 0xffff_ffff_8100_0000L : 0xc100_0000L;
            assertThat(text.getInt(0x10)).as("seed %d", seed).isEqualTo((int) (virtual + distance + 0x123));
            if (wide) {
                assertThat(text.getInt(0x20)).isEqualTo((int) -(virtual + distance));
                assertThat(text.getLong(0x30)).isEqualTo(virtual + distance + 0x456);
                apart |= distance != boot.physicalShift();
            } else {
                assertThat(distance).isEqualTo(boot.physicalShift());
            }
            ByteBuffer params = at(boot, boot.start().registers().get(6));
            assertThat(params.get(0x211) & 2).as("KASLR_FLAG").isEqualTo(2);
        }
        assertThat(apart).isEqualTo(wide);
    }

    @Test
    void nokaslrIsHonoured() {
        LinuxBoot boot = LinuxBoot.prepare(MEMORY, kernel(true), options("quiet nokaslr", OptionalLong.of(5)));
        assertThat(boot.virtualShift()).isZero();
        assertThat(boot.physicalShift()).isZero();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(
                        () -> LinuxBoot.prepare(MEMORY, kernel(true), options("x".repeat(2048), OptionalLong.empty())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() ->
                        LinuxBoot.prepare(new PcMemory(16L << 20), kernel(true), options("", OptionalLong.empty())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too small");
        LinuxKernel whole = kernel(true);
        LinuxKernel cut = new LinuxKernel(true, false, LINKED, whole.segments(), new byte[0], new byte[8]);
        byte[] wrong = whole.relocations().clone();
        wrong[wrong.length - 1] = 0;
        LinuxKernel astray = new LinuxKernel(true, false, LINKED, whole.segments(), new byte[0], wrong);
        for (LinuxKernel damaged : List.of(cut, astray)) {
            assertThatThrownBy(() -> LinuxBoot.prepare(MEMORY, damaged, options("", OptionalLong.of(1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("damaged");
        }
    }

    /** Lockstep needs it: what {@link PcFirmware} says its ROM takes is what the ROM of the tests takes. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFirmwareTakesTheTimeOfItsRom(boolean wide) {
        X86Start start = LinuxBoot.prepare(MEMORY, kernel(wide), options("", OptionalLong.empty()))
                .start();
        Timeline timeline = new Timeline();
        PcFirmware.setUp(new PcBoard(timeline, MEMORY, 0, ConsoleSink.NONE), timeline, start);
        assertThat(timeline.retired()).isEqualTo(QemuLinux.rom(start).instructions());
    }
}
