package org.jkprobes.bench.soak;

import java.util.List;
import java.util.SplittableRandom;
import org.jkprobes.cli.Guest;
import org.jkprobes.machine.Machine;
import org.jkprobes.machine.cpu.ProbedCpu;
import org.jkprobes.machine.cpu.x86.X86Cpu;

/** What is done to a guest: bytes written to where it runs, to its tables or anywhere, and values put into registers. The same for equal guests. */
final class Damage {
    /** Instructions that change what the CPU is like: TLB, mode, tables. */
    private static final int[] MIPS_SYSTEM = {
        0x42000001, 0x42000002, 0x42000006, 0x42000008, // tlbr, tlbwi, tlbwr, tlbp
        0x42000018, 0x42000020, 0x41606000, 0x41606020, // eret, wait, di, ei
        0x40801000, 0x40801800, 0x40802800, 0x40805000, // mtc0 to EntryLo0, EntryLo1, PageMask, EntryHi
        0x40806000, 0x40800000, 0x40807000, 0x40805800, // to Status, Index, EPC, Compare
        0x40803000, 0x40806800, 0x40808000, 0x4080f000 // to Wired, Cause, Config, ErrorEPC
    };

    private static final String[] X86_SYSTEM = {
        "0f01",
        "0f00",
        "0f22d8",
        "0f20d8",
        "0f22c0",
        "0f22e0", // descriptor tables, control registers
        "0f30",
        "0f32",
        "0fa2",
        "0f01f8",
        "0f01d1",
        "0f0138", // MSRs, CPUID, SWAPGS, XSETBV, INVLPG
        "48cf",
        "cf",
        "cb",
        "0f05",
        "480f07",
        "0f34",
        "0f35", // returns and system calls
        "fa",
        "fb",
        "f4",
        "9d",
        "9c",
        "cd80",
        "cc",
        "f1",
        "0f06", // flags, HLT, interrupts
        "8ed8",
        "8ed0",
        "8ee0",
        "8ee8",
        "0fb2",
        "ea",
        "9a", // segments
        "f3a4",
        "f348ab",
        "f2ae",
        "f0",
        "66",
        "67",
        "48",
        "c5",
        "62", // strings, prefixes
        "ec",
        "ee",
        "e4",
        "e6",
        "6c",
        "6f",
        "0f23f8",
        "0fae",
        "0fc7" // ports, DR7, state
    };

    private final Guest guest;
    private final List<Long> places;
    private final ProbedCpu cpu;
    private final PageTables tables;
    private final SplittableRandom random;

    /** @param places virtual addresses where guests like this one were found executing */
    Damage(LoopingGuest looping, List<Long> places, Machine machine, long seed) {
        guest = looping.guest();
        this.places = places;
        cpu = (ProbedCpu) machine.cpu();
        tables = new PageTables(guest, looping.symbols(), cpu);
        random = new SplittableRandom(seed);
    }

    /** Does one to three things. */
    void inflict() {
        for (int count = random.nextInt(1, 4); count > 0; count--) {
            int what = random.nextInt(100);
            if (what < 55) {
                write(cpu.peek(place()), code());
            } else if (what < 75) {
                translation();
            } else if (what < 82) {
                write(random.nextLong((long) LoopingGuest.MIB << 20), bytes(random.nextInt(1, 9)));
            } else if (what < 90) {
                descriptor();
            } else {
                register();
            }
        }
    }

    /** Where it executes, or soon will, or has. */
    private long place() {
        int near = guest == Guest.MIPSEL ? 4 * random.nextInt(8) : random.nextInt(32);
        return (random.nextInt(3) == 0 ? cpu.pc() : places.get(random.nextInt(places.size()))) + near;
    }

    private byte[] code() {
        return switch (random.nextInt(4)) {
            case 0 -> bytes(guest == Guest.MIPSEL ? 4 : random.nextInt(1, 9));
            case 1, 2 -> guest == Guest.MIPSEL ? mipsSystem() : x86System();
            default -> elsewhere();
        };
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] mipsSystem() {
        int word = MIPS_SYSTEM[random.nextInt(MIPS_SYSTEM.length)] | random.nextInt(32) << 16;
        return new byte[] {(byte) word, (byte) (word >> 8), (byte) (word >> 16), (byte) (word >> 24)};
    }

    private byte[] x86System() {
        String hex = X86_SYSTEM[random.nextInt(X86_SYSTEM.length)];
        byte[] bytes = bytes(hex.length() / 2 + random.nextInt(3));
        for (int i = 0; i < hex.length() / 2; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    /** Real code, which stands in another place. */
    private byte[] elsewhere() {
        long from = cpu.peek(places.get(random.nextInt(places.size())));
        byte[] bytes = new byte[4 * random.nextInt(1, 8)];
        if (tables.isRam(from) && tables.isRam(from + bytes.length)) {
            cpu.readRam(from, bytes, 0, bytes.length);
        }
        return bytes;
    }

    /** A bit of an entry, or another entry's contents. */
    private void translation() {
        long address = random.nextInt(3) == 0 ? cpu.slot(general()) : place();
        List<Long> entries = tables.entries(address);
        if (entries.isEmpty()) {
            return;
        }
        long entry = entries.get(random.nextInt(entries.size()));
        byte[] old = new byte[8];
        cpu.readRam(entry, old, 0, old.length);
        if (random.nextInt(4) == 0) {
            long other = (entry & -4096) + 8L * random.nextInt(512);
            cpu.readRam(other, old, 0, old.length);
        } else {
            int bit = random.nextInt(random.nextBoolean() ? 13 : 64);
            old[bit / 8] ^= (byte) (1 << bit % 8);
        }
        write(entry, old);
    }

    private void descriptor() {
        if (!(cpu instanceof X86Cpu x86)) {
            // The exception vectors, which the kernel has generated.
            write(4L * random.nextInt(0x100), random.nextBoolean() ? mipsSystem() : bytes(4));
            return;
        }
        long table = random.nextBoolean() ? x86.idtBase() : x86.gdtBase();
        write(x86.peek(table + random.nextInt(512)), bytes(random.nextInt(1, 5)));
    }

    private void register() {
        int number = general();
        long value = random.nextBoolean() ? random.nextLong() : random.nextLong(-70_000, 70_000);
        cpu.slot(number, guest == Guest.X86_64 ? value : value & 0xffff_ffffL);
    }

    private int general() {
        return switch (guest) {
            case MIPSEL -> random.nextInt(1, 32);
            case I386 -> random.nextInt(8);
            case X86_64 -> random.nextInt(16);
        };
    }

    private void write(long physical, byte[] bytes) {
        if (tables.isRam(physical) && tables.isRam(physical + bytes.length)) {
            cpu.poke(physical, bytes);
        }
    }
}
