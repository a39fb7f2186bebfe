package org.jkprobes.images;

/** What a guest's kernel can start as process 1, with nothing beside it but busybox: a script or a static program. */
public final class InitProgram {
    private InitProgram() {}

    /**
     * Checks a file's bytes.
     *
     * @throws ImageException if the kernel could not start it
     */
    public static void check(byte[] program, Architecture architecture) throws ImageException {
        if (program.length > 2 && program[0] == '#' && program[1] == '!') {
            return;
        }
        if (!Elf.stands(program)) {
            throw new ImageException("neither a program (ELF) nor a script (#!)");
        }
        Architecture its = Elf.identify(program);
        if (its != architecture) {
            throw new ImageException("a program for %s, not for %s".formatted(its.debian(), architecture.debian()));
        }
        if (Elf.isDynamic(program)) {
            throw new ImageException("a program that is not static: the guest has no libraries");
        }
    }
}
