package org.jkprobes.machine.cpu.x86.fpu;

/** The transcendental instructions. */
final class X87Functions {
    private final X87Unit unit;

    X87Functions(X87Unit unit) {
        this.unit = unit;
    }

    void execute(int modrm) {
        unit.x87.c1(false);
    }
}
