package org.jkprobes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jkprobes.arch.Arch;
import org.jkprobes.arch.Errno;
import org.jkprobes.arch.Unprobeable;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;
import org.jkprobes.target.Target;

/** Where probes may be: locations to addresses, the rules that concern an address whatever is there, and refusals. */
final class Places {
    private record Range(long start, long end, String reason) {
        boolean holds(long address) {
            return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
        }
    }

    private final Target target;
    private final Arch arch;
    private final List<Range> blacklist = new CopyOnWriteArrayList<>();

    Places(Target target, Arch arch) {
        this.target = target;
        this.arch = arch;
    }

    void blacklist(long start, long end, String reason) {
        blacklist.add(new Range(start, end, reason));
    }

    /** The address of a location. */
    long resolve(Location location) {
        if (location.hasAddress() != location.symbol().isEmpty()) {
            throw ProbeRefusal.of(
                    Errno.EINVAL,
                    location.hasAddress() ? location.toString() : "a probe",
                    location.hasAddress()
                            ? "both an address and a symbol are given"
                            : "neither an address nor a symbol is given");
        }
        long base =
                location.hasAddress() ? location.address() : symbol(location).address();
        long address = base + location.offset();
        return target.wordBytes() == 4 ? address & 0xffffffffL : address;
    }

    private Symbol symbol(Location location) {
        String name = location.symbol();
        int colon = name.indexOf(':');
        String module = colon < 0 ? "" : name.substring(0, colon);
        String plain = name.substring(colon + 1);
        List<Symbol> found = new ArrayList<>(target.symbols().byName(plain));
        if (colon >= 0) {
            found.removeIf(s -> !s.module().equals(module));
        }
        if (found.isEmpty()) {
            throw ProbeRefusal.of(Errno.ENOENT, name, "there is no such symbol");
        }
        if (found.size() > 1) {
            StringBuilder all = new StringBuilder("the symbol is ambiguous:");
            for (Symbol s : found) {
                all.append(" 0x").append(Long.toHexString(s.address()));
            }
            throw new ProbeRefusal(
                    Errno.EADDRNOTAVAIL,
                    name,
                    all.toString(),
                    new byte[0],
                    "",
                    OptionalLong.of(found.getFirst().address()),
                    "0x" + Long.toHexString(found.getFirst().address()));
        }
        return found.getFirst();
    }

    /** Refuses what no instruction at this address could change. */
    void check(long address) {
        if (!target.symbols().isText(address)) {
            throw refusal(Errno.EINVAL, address, "not in kernel or module text", OptionalLong.empty());
        }
        checkReserved(address);
    }

    /** Refuses what is not the guest's, and what is blacklisted. */
    void checkReserved(long address) {
        Optional<String> own = target.blacklisted(address);
        if (own.isPresent()) {
            throw refusal(Errno.EINVAL, address, own.get(), OptionalLong.empty());
        }
        for (Range range : blacklist) {
            if (range.holds(address)) {
                OptionalLong behind =
                        target.symbols().isText(range.end) ? OptionalLong.of(range.end) : OptionalLong.empty();
                throw refusal(Errno.EINVAL, address, "blacklisted: " + range.reason, behind);
            }
        }
    }

    /** Refuses what is not the first instruction of a function. A target without symbols cannot tell. */
    void checkEntry(long address) {
        Optional<Symbol> symbol = target.symbols().at(address);
        if (symbol.isPresent() && !isEntry(symbol.get().address(), address)) {
            throw refusal(
                    Errno.EINVAL,
                    address,
                    "not the entry of a function",
                    OptionalLong.of(symbol.get().address()));
        }
    }

    private boolean isEntry(long function, long address) {
        return address == function || address == function + arch.entryMarkerBytes(target, function);
    }

    ProbeRefusal refusal(Errno errno, long address, String rule, OptionalLong nearest) {
        return new ProbeRefusal(errno, describe(address), rule, new byte[0], "", nearest, nearest(nearest));
    }

    ProbeRefusal refusal(Unprobeable reason, long address) {
        return new ProbeRefusal(
                reason.errno(),
                describe(address),
                String.valueOf(reason.getMessage()),
                reason.bytes(),
                reason.disassembly(),
                reason.nearest(),
                nearest(reason.nearest()));
    }

    private String nearest(OptionalLong address) {
        return address.isPresent() ? describe(address.getAsLong()) : "";
    }

    /** {@code symbol+0x8/0x40 (0x80100008)}, or the address alone. */
    String describe(long address) {
        Symbols symbols = target.symbols();
        String hex = "0x" + Long.toHexString(address);
        return symbols.at(address).isPresent() ? symbols.describe(address) + " (" + hex + ")" : hex;
    }
}
