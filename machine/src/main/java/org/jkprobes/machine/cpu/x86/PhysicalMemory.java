package org.jkprobes.machine.cpu.x86;

/** Physical memory, RAM or devices; inside one page, 1, 2, 4 or 8 bytes, little endian, loads zero-extended. */
interface PhysicalMemory {
    long load(long physical, int size);

    void store(long physical, int size, long value);
}
