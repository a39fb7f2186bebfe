package org.jkprobes.gdb.target;

import java.nio.ByteOrder;
import java.util.Optional;
import org.jkprobes.arch.x86.X86Layout;

/** The architectures a guest behind a stub may have. A new one is a class and a line here. */
public final class Architectures {
    private Architectures() {}

    /** By Debian's name of it or Linux's. */
    public static Optional<GuestArchitecture> named(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "x86_64", "amd64" -> new X86Guest(X86Layout.AMD64);
                    case "i386", "i686" -> new X86Guest(X86Layout.I386);
                    case "mipsel" -> new MipsGuest(false, ByteOrder.LITTLE_ENDIAN);
                    case "mips" -> new MipsGuest(false, ByteOrder.BIG_ENDIAN);
                    case "mips64el" -> new MipsGuest(true, ByteOrder.LITTLE_ENDIAN);
                    case "mips64" -> new MipsGuest(true, ByteOrder.BIG_ENDIAN);
                    case "arm64", "aarch64" -> new Arm64Guest();
                    case "riscv64" -> new Riscv64Guest();
                    case "ppc64le", "ppc64el" -> new PpcGuest();
                    default -> null;
                });
    }

    /** By what a stub says in its description: GDB's name of it. */
    public static Optional<GuestArchitecture> described(String name) {
        return switch (name) {
            case "i386:x86-64" -> named("x86_64");
            case "i386", "i386:intel" -> named("i386");
            case "aarch64" -> named("arm64");
            case "riscv:rv64" -> named("riscv64");
            case "powerpc:common64" -> named("ppc64le");
            default -> Optional.empty();
        };
    }
}
