package org.jkprobes.machine.cpu.x86;

/** What memory is translated for. */
enum Access {
    READ,
    WRITE,
    FETCH
}
