package org.jkprobes.machine.engine;

/** Runs what a {@link HostCompute} emits, one micro-op at a time. */
public final class ComputeRunner {
    private static final int RESULT = 200;

    private final HostCompute how;
    private final NativeCode code = new NativeCode(CodeMemory.map(4 << 20).orElseThrow());
    private final NativeFrame frame = new NativeFrame();
    private int place;

    public ComputeRunner(HostCompute how) {
        this.how = how;
    }

    /** COMPUTE with a parameter: its code is what {@link #run} runs. Returns whether there is any. */
    public boolean emit(int parameter) {
        if (!code.hasRoom()) {
            code.clear();
        }
        int routine = code.routine(how);
        X64Assembler out = new X64Assembler();
        if (!how.emit(Op.withImmediate(Op.COMPUTE, 0, 0, parameter), out, routine)) {
            return false;
        }
        out.store(true, X64Assembler.RAX, X64Assembler.RBX, 8 * RESULT);
        out.outside(out.jump(), code.leave());
        place = code.place(out);
        return true;
    }

    public void slot(int number, long value) {
        frame.slot(number, value);
    }

    public long run() {
        code.enter(frame, place);
        return frame.slot(RESULT);
    }
}
