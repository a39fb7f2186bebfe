package org.jkprobes.symbols.modules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jkprobes.symbols.AddressRange;
import org.jkprobes.symbols.KernelModule;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.MemoryReader;
import org.jkprobes.symbols.memory.GuestWords;

/**
 * The list of modules in a running kernel (kernel/module). Its head, {@code modules}, is looked up where the
 * symbols name data; elsewhere it is searched for in the kernel's data: a list head whose members, taken
 * for {@code struct module}, all have a state, a name and a way back.
 *
 * <p>Assumed of {@code struct module}: it begins with state, list and name, as in every Linux since 2.6.
 * What else is needed is found by {@link ModuleShape}. Checked with Linux 6.1 and 6.12.
 */
public final class ModuleList {
    private static final int MOST_MODULES = 4096;
    private static final int STATES = 4;
    private static final int MODULE_NAME_BYTES = 64;
    /** 32-bit kernels map modules by page tables, above all that is mapped for good. */
    private static final long MAPPED_32 = 0xc000_0000L;

    private final MemoryReader memory;
    private final KernelSymbols kernel;
    private final GuestWords words;
    private final int word;

    private ModuleList(MemoryReader memory, KernelSymbols kernel) {
        this.memory = memory;
        this.kernel = kernel;
        this.words = new GuestWords(memory, kernel.model());
        this.word = kernel.model().wordSize();
    }

    /**
     * The modules loaded now, the last one first.
     *
     * @param memory must reach module memory; on MIPS32 see {@link
     *     org.jkprobes.symbols.memory.MipsKernelMemory}
     * @return none also when the list cannot be found
     */
    public static List<KernelModule> read(MemoryReader memory, KernelSymbols kernel) {
        ModuleList list = new ModuleList(memory, kernel);
        List<Long> members = list.members();
        return list.decode(members);
    }

    private List<KernelModule> decode(List<Long> members) {
        List<ModuleShape> shapes = new ArrayList<>();
        for (long member : members) {
            ModuleShape.find(words, kernel.model(), member).ifPresent(shapes::add);
        }
        List<KernelModule> modules = new ArrayList<>();
        for (long member : members) {
            // One being loaded may not be complete yet; then the shape of another one serves.
            shapes.stream()
                    .flatMap(shape -> shape.read(words, kernel.model(), member, name(member)).stream())
                    .findFirst()
                    .ifPresent(modules::add);
        }
        return modules;
    }

    private String name(long member) {
        return words.string(member + 3L * word, MODULE_NAME_BYTES - word).orElse("");
    }

    private List<Long> members() {
        return Stream.of("modules")
                .flatMap(name -> kernel.byName(name).stream())
                .map(head -> walk(head.address()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(this::search);
    }

    private List<Long> search() {
        AddressRange image = kernel.image();
        byte[] present = new byte[1];
        for (long page = image.start() & -GuestWords.PAGE;
                image.contains(page + GuestWords.PAGE);
                page += GuestWords.PAGE) {
            if (memory.read(page, present, 0, 1) == 1) {
                // Pages looked at once need not be kept.
                GuestWords pageWords = new GuestWords(memory, kernel.model());
                for (long head = page; head < page + GuestWords.PAGE; head += word) {
                    Optional<List<Long>> members = mayBeHead(pageWords, head, image) ? walk(head) : Optional.empty();
                    if (members.isPresent()) {
                        return members.get();
                    }
                }
            }
        }
        return List.of();
    }

    /** Modules lie outside the kernel's image; that alone leaves few heads to try. */
    private boolean mayBeHead(GuestWords pageWords, long head, AddressRange image) {
        long next = pageWords.word(head).orElse(0);
        long previous = pageWords.word(head + word).orElse(0);
        return isOutside(next, image) && isOutside(previous, image);
    }

    private boolean isOutside(long pointer, AddressRange image) {
        boolean kernelAddress = word == 8 ? pointer < 0 && pointer > -(1L << 47) : pointer >= MAPPED_32;
        return kernelAddress && pointer % word == 0 && !image.contains(pointer);
    }

    /** The modules in the list with this head, or nothing when it is no such list. */
    private Optional<List<Long>> walk(long head) {
        List<Long> members = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        long previous = head;
        long node = words.word(head).orElse(0);
        while (node != head) {
            long member = node - word;
            if (members.size() == MOST_MODULES
                    || !seen.add(node)
                    || words.word(node + word).orElse(0) != previous
                    || !isModule(member)) {
                return Optional.empty();
            }
            members.add(member);
            previous = node;
            node = words.word(node).orElse(0);
        }
        return members.isEmpty() || words.word(head + word).orElse(0) != previous
                ? Optional.empty()
                : Optional.of(members);
    }

    private boolean isModule(long member) {
        String name = name(member);
        return words.u32(member).orElse(STATES) < STATES
                && !name.isEmpty()
                && name.chars()
                        .allMatch(
                                c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_');
    }
}
