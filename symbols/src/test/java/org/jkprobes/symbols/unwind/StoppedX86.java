package org.jkprobes.symbols.unwind;

import java.util.ArrayList;
import java.util.List;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.symbols.KernelSymbols;
import org.jkprobes.symbols.modules.SparseMemory;
import org.jkprobes.target.PtRegs;
import org.jkprobes.target.Symbol;

/** An x86 that a test pushes and calls on, and what its stack trace is. */
final class StoppedX86 implements PtRegs {
    static final int FUNCTION_BYTES = 64;
    private static final int STACK_BYTES = 8192;

    final DataModel model;
    final SparseMemory memory;
    private final long text;
    private final List<Symbol> symbols = new ArrayList<>();
    /** The outermost first. */
    private final List<String> frames = new ArrayList<>();

    private long pc;
    private long sp;
    private long bp;

    StoppedX86(DataModel model, long text, long stack) {
        this.model = model;
        this.text = text;
        memory = new SparseMemory(model);
        memory.map(text, 4096);
        memory.map(stack, STACK_BYTES);
        sp = stack + STACK_BYTES;
        symbol("_stext", text, 'T');
    }

    void symbol(String name, long address, char type) {
        symbols.add(new Symbol(name, model.address(address), 1, "", type));
    }

    /** Where the next function is to lie. */
    long nextFunction() {
        return text + (long) FUNCTION_BYTES * (symbols.size() - 1);
    }

    KernelSymbols symbols() {
        List<Symbol> all = new ArrayList<>(symbols);
        all.add(new Symbol("_etext", model.address(text + 4096), 1, "", 'T'));
        return KernelSymbols.of(model, all);
    }

    void push(long value) {
        sp -= model.wordSize();
        memory.word(sp, value);
    }

    void stackPointer(long value) {
        sp = value;
    }

    long framePointer() {
        return bp;
    }

    void framePointer(long value) {
        bp = model.address(value);
    }

    /** Calls from here. */
    void call(long to) {
        frames.add(frame(Frame.Kind.CALLER, pc, sp));
        push(pc);
        pc = to;
    }

    /** An interrupt breaks in. */
    void interrupted(long by) {
        frames.add(frame(Frame.Kind.INTERRUPTED, pc, sp));
        pc = by;
    }

    /** The trace, the innermost first, from what has been done. */
    List<String> trace() {
        List<String> all = new ArrayList<>(frames);
        all.add(frame(Frame.Kind.CURRENT, pc, sp));
        return all.reversed();
    }

    static String frame(Frame.Kind kind, long pc, long sp) {
        return "%s %x %x".formatted(kind, pc, sp);
    }

    @Override
    public int cpu() {
        return 0;
    }

    @Override
    public long get(int index) {
        return bp;
    }

    @Override
    public void set(int index, long value) {
        bp = value;
    }

    @Override
    public List<String> names() {
        return List.of(model.wordSize() == 8 ? "rbp" : "ebp");
    }

    @Override
    public int index(String name) {
        return names().indexOf(name);
    }

    @Override
    public long pc() {
        return pc;
    }

    @Override
    public void pc(long to) {
        pc = to;
    }

    @Override
    public long stackPointer() {
        return sp;
    }
}
