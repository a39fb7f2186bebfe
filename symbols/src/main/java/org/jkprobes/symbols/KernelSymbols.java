package org.jkprobes.symbols;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jkprobes.target.Symbol;
import org.jkprobes.target.Symbols;

/**
 * The symbols of one kernel and the modules loaded into it, at the addresses they run at. Immutable:
 * {@link #withModules}, {@link #with} and {@link #relocated} give new ones.
 *
 * <p>Addresses come in and go out as {@link DataModel#address} has them; those of a 32-bit kernel may
 * also come in sign-extended. The same name may occur more than once (static functions do).
 */
public final class KernelSymbols implements Symbols {
    private static final Comparator<Symbol> BY_NAME =
            Comparator.comparing(Symbol::name).thenComparing(Symbol::address, Long::compareUnsigned);

    private static final long LARGEST_DATA = 24L << 20;

    private final DataModel model;
    private final Symbol[] byAddress;
    private final Symbol[] byName;
    private final KernelExtent extent;
    private final List<KernelModule> modules;

    private KernelSymbols(DataModel model, Symbol[] byAddress, KernelExtent extent, List<KernelModule> modules) {
        this.model = model;
        this.byAddress = byAddress;
        this.byName = byAddress.clone();
        Arrays.sort(byName, BY_NAME);
        this.extent = extent;
        this.modules = modules;
    }

    /**
     * The symbols of a kernel.
     *
     * @param symbols in kallsyms order where several share an address; their sizes are not looked at
     * @throws SymbolException when there are none
     */
    public static KernelSymbols of(DataModel model, List<Symbol> symbols) {
        if (symbols.isEmpty()) {
            throw new SymbolException("no symbols");
        }
        Symbol[] sorted = symbols.toArray(Symbol[]::new);
        Arrays.sort(sorted, (a, b) -> Long.compareUnsigned(a.address(), b.address()));
        KernelExtent extent = KernelExtent.of(sorted);
        return new KernelSymbols(model, Sizes.of(sorted, extent, List.of()), extent, List.of());
    }

    public DataModel model() {
        return model;
    }

    public int size() {
        return byAddress.length;
    }

    /** All symbols, in the order of their addresses; of several at one address the preferred one first. */
    @Override
    public Stream<Symbol> all() {
        return Arrays.stream(byAddress);
    }

    /** The modules whose symbols are among these. */
    public List<KernelModule> modules() {
        return modules;
    }

    /** The symbol of that name at the lowest address; see {@link #byName} for the others. */
    public Optional<Symbol> find(String name) {
        int first = firstNamed(name);
        return first < byName.length && byName[first].name().equals(name)
                ? Optional.of(byName[first])
                : Optional.empty();
    }

    /** Every symbol of that name, in the order of their addresses. */
    @Override
    public List<Symbol> byName(String name) {
        int first = firstNamed(name);
        int end = first;
        while (end < byName.length && byName[end].name().equals(name)) {
            end++;
        }
        return List.of(Arrays.copyOfRange(byName, first, end));
    }

    /** Every symbol whose name the pattern matches, in the order of their addresses. */
    public Stream<Symbol> matching(Glob pattern) {
        return all().filter(symbol -> pattern.matches(symbol.name()));
    }

    /** The symbol an address lies in; of several that begin at one address the one kallsyms prefers. */
    @Override
    public Optional<Symbol> at(long address) {
        long target = model.address(address);
        int index = lastAtOrBelow(target);
        if (index < 0) {
            return Optional.empty();
        }
        while (index > 0 && byAddress[index - 1].address() == byAddress[index].address()) {
            index--;
        }
        Symbol symbol = byAddress[index];
        return extent.covers(target) != symbol.module().isEmpty()
                        || Long.compareUnsigned(target - symbol.address(), symbol.size()) >= 0
                ? Optional.empty()
                : Optional.of(symbol);
    }

    /** An address told as symbol and offset. */
    public Optional<Location> locate(long address) {
        return at(address).map(symbol -> new Location(symbol, model.address(address) - symbol.address()));
    }

    /** {@code symbol+0x1c/0x40 [module]}, or the bare address in hexadecimal. */
    @Override
    public String describe(long address) {
        return locate(address).map(Location::toString).orElseGet(() -> "0x" + model.format(address));
    }

    /**
     * The address of a place.
     *
     * @throws SymbolException when there is no such symbol, or several of that name, or when the offset
     *     leads out of it
     */
    public long resolve(SymbolOffset place) {
        List<Symbol> found = byName(place.symbol()).stream()
                .filter(symbol -> place.module().isEmpty() || symbol.module().equals(place.module()))
                .toList();
        if (found.isEmpty()) {
            throw new SymbolException("no symbol " + place.symbol()
                    + (place.module().isEmpty() ? " in this kernel" : " in module " + place.module()));
        }
        Symbol symbol = found.getFirst();
        if (found.size() > 1) {
            throw new SymbolException("%d symbols are named %s, the first two at 0x%s and 0x%s: give the address"
                    .formatted(
                            found.size(),
                            place.symbol(),
                            model.format(symbol.address()),
                            model.format(found.get(1).address())));
        }
        if (place.offset() > 0 && place.offset() >= symbol.size()) {
            throw new SymbolException(
                    "%s leads out of %s, which is 0x%x bytes long".formatted(place, symbol.name(), symbol.size()));
        }
        return symbol.address() + place.offset();
    }

    /** {@code _stext} to {@code _etext}; without these names, from the first text symbol to the last. */
    public AddressRange text() {
        return extent.text();
    }

    /**
     * Where the kernel's data must lie: from its text to some way behind its last function, since many
     * kernels do not say where they end.
     */
    public AddressRange image() {
        long lastText = extent.initText()
                .map(AddressRange::end)
                .filter(end -> Long.compareUnsigned(end, extent.text().end()) > 0)
                .orElse(extent.text().end());
        return new AddressRange(extent.text().start(), lastText + LARGEST_DATA);
    }

    /** {@code _sinittext} to {@code _einittext}: text given back once the kernel has booted. */
    public Optional<AddressRange> initText() {
        return extent.initText();
    }

    /** Whether the address is in kernel text, init text included, or in a module's text. */
    @Override
    public boolean isText(long address) {
        long target = model.address(address);
        return extent.text().contains(target)
                || extent.initText().filter(range -> range.contains(target)).isPresent()
                || modules.stream().anyMatch(module -> module.text().contains(target));
    }

    /** The same kernel at addresses {@code delta} bytes higher (KASLR); absolute symbols and modules stay. */
    public KernelSymbols relocated(long delta) {
        Symbol[] moved = kernelSymbols()
                .map(s -> SymbolType.isAbsolute(s.type())
                        ? s
                        : new Symbol(s.name(), model.address(s.address() + delta), 1, "", s.type()))
                .toArray(Symbol[]::new);
        return of(model, List.of(moved)).withModules(modules);
    }

    /** The kernel's own symbols with those of these modules instead of the present ones. */
    public KernelSymbols withModules(List<KernelModule> loaded) {
        Symbol[] merged = Stream.concat(kernelSymbols(), loaded.stream().flatMap(module -> module.symbols().stream()))
                .toArray(Symbol[]::new);
        Arrays.sort(merged, (a, b) -> Long.compareUnsigned(a.address(), b.address()));
        return new KernelSymbols(model, Sizes.of(merged, extent, loaded), extent, List.copyOf(loaded));
    }

    /** These and the kernel symbols of another source (a System.map) that are not among them yet. */
    public KernelSymbols with(List<Symbol> more) {
        Set<NameAndAddress> known = new HashSet<>();
        List<Symbol> merged = new ArrayList<>(byAddress.length + more.size());
        kernelSymbols().forEach(symbol -> {
            known.add(NameAndAddress.of(symbol));
            merged.add(symbol);
        });
        more.stream().sorted(AliasOrder.INSTANCE).forEach(symbol -> {
            if (known.add(NameAndAddress.of(symbol))) {
                merged.add(symbol);
            }
        });
        return of(model, merged).withModules(modules);
    }

    private record NameAndAddress(String name, long address) {
        static NameAndAddress of(Symbol symbol) {
            return new NameAndAddress(symbol.name(), symbol.address());
        }
    }

    private Stream<Symbol> kernelSymbols() {
        return all().filter(symbol -> symbol.module().isEmpty());
    }

    private int firstNamed(String name) {
        int low = 0;
        int high = byName.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (byName[middle].name().compareTo(name) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int lastAtOrBelow(long address) {
        int low = 0;
        int high = byAddress.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(byAddress[middle].address(), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
