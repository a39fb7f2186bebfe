package org.jkprobes.machine.cpu.x86.fpu;

/** The seven constants, rounded in the current mode from 67 bits or so (Intel SDM volume 1, 8.3.8). */
final class X87Constants {
    private X87Constants() {}

    /** Pushes 1, log2 10, log2 e, pi, lg 2, ln 2 or 0. */
    static void push(X87Unit unit, int number) {
        int mode = unit.x87.control >> 10 & 3;
        int below = mode == Fp.DOWN || mode == Fp.TOWARDS_ZERO ? 1 : 0;
        switch (number) {
            case 0 -> unit.push(Float80.INTEGER_BIT, 0x3fff);
            case 1 -> unit.push(0xd49a784bcd1b8afeL + (mode == Fp.UP ? 1 : 0), 0x4000);
            case 2 -> unit.push(0xb8aa3b295c17f0bcL - below, 0x3fff);
            case 3 -> unit.push(0xc90fdaa22168c235L - below, 0x4000);
            case 4 -> unit.push(0x9a209a84fbcff799L - below, 0x3ffd);
            case 5 -> unit.push(0xb17217f7d1cf79acL - below, 0x3ffe);
            default -> unit.push(0, 0);
        }
    }
}
