package org.jkprobes.cli;

import java.nio.ByteOrder;
import java.util.Optional;
import org.jkprobes.Kprobes;
import org.jkprobes.ProbeRefusal;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.target.DieChain;
import org.jkprobes.target.Memory;
import org.jkprobes.target.SlotArea;
import org.jkprobes.target.StepInPlace;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;
import org.jkprobes.target.Text;

/** A kernel's image as a target that never runs: to ask what could be probed. */
final class StaticTarget implements Target {
    private final Guest guest;
    private final ImageWords memory;
    private final Symbols symbols;
    private final DieChain chain = new DieChain();

    StaticTarget(StaticKernel kernel) {
        guest = kernel.guest();
        memory = new ImageWords(kernel.memory());
        symbols = kernel.symbols();
    }

    /**
     * Kprobes on it.
     *
     * @throws UserError if its architecture can be looked at but not probed
     */
    Kprobes kprobes() {
        try {
            return Kprobes.on(this);
        } catch (ProbeRefusal e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public String architecture() {
        return guest.port();
    }

    @Override
    public ByteOrder byteOrder() {
        return guest.architecture().order();
    }

    @Override
    public int wordBytes() {
        return guest.architecture().bits() / 8;
    }

    @Override
    public int cpus() {
        return 1;
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public Text text() {
        return memory;
    }

    @Override
    public DieChain dieChain() {
        return chain;
    }

    @Override
    public Symbols symbols() {
        return symbols;
    }

    @Override
    public Optional<String> blacklisted(long address) {
        return Optional.empty();
    }

    @Override
    public Optional<SlotArea> slots() {
        return Optional.empty();
    }

    @Override
    public Optional<StepInPlace> stepInPlace() {
        return Optional.of(regs -> {});
    }

    /** The image, read only; nothing can be armed. */
    private record ImageWords(MemoryReader image) implements Memory, Text {
        @Override
        public int read(long address, byte[] into, int offset, int length) {
            return image.read(address, into, offset, length);
        }

        @Override
        public int readOriginal(long address, byte[] into, int offset, int length) {
            return image.read(address, into, offset, length);
        }

        private long value(long address, int size, long unmapped) {
            byte[] bytes = new byte[size];
            if (image.read(address, bytes, 0, size) < size) {
                return unmapped;
            }
            long value = 0;
            for (int i = size - 1; i >= 0; i--) {
                value = value << 8 | bytes[i] & 0xff;
            }
            return value;
        }

        @Override
        public int readInt(long address, int unmapped) {
            return (int) value(address, 4, unmapped);
        }

        @Override
        public long readLong(long address, long unmapped) {
            return value(address, 8, unmapped);
        }

        @Override
        public int readByte(long address, int unmapped) {
            return (int) value(address, 1, unmapped);
        }

        @Override
        public boolean write(long address, byte[] from, int offset, int length) {
            return false;
        }

        @Override
        public boolean writeInt(long address, int value) {
            return false;
        }

        @Override
        public boolean writeLong(long address, long value) {
            return false;
        }

        @Override
        public boolean writeByte(long address, int value) {
            return false;
        }

        @Override
        public boolean arm(long address, byte[] breakpoint) {
            return false;
        }

        @Override
        public void disarm(long address) {}

        @Override
        public boolean armed(long address) {
            return false;
        }
    }
}
