package org.jkprobes.machine.cpu.x86;

import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.Stateful;

/**
 * The system side of an x86 CPU: registers beyond the general ones, translation, descriptors, events, transfers between privileges.
 * It knows nothing of instructions' encodings or micro-ops: the CPU calls an operation for what an instruction asks.
 *
 * <p>An operation that returns false has changed nothing that the program can see, but CR2, accessed and dirty bits; {@link #fault}
 * holds the exception to be raised, mostly by {@link Exceptions#deliverFault}. Operations that jump have set RIP. After any
 * operation {@link SystemState#modeBits} may be others.
 */
final class X86System implements Stateful {
    final X86Registers registers;
    final Fault fault = new Fault();
    final SystemState state;
    final Tlb tlb;
    final Paging paging;
    final SystemMemory memory;
    final Stack stack;
    final DescriptorTables tables;
    final SegmentLoads segments;
    final SegmentLimits limits;
    final SegmentQueries queries;
    final TableRegisters tableRegisters;
    final TaskState task;
    final TaskSwitch tasks;
    final Exceptions exceptions;
    final FarTransfers transfers;
    final Returns returns;
    final FastSystemCalls systemCalls;
    final ControlRegisters controls;
    final DebugRegisters debug;
    final Msrs msrs;
    final Cpuid cpuid;
    final IoPermission ports;
    final FlagRules flags;

    X86System(X86Registers registers, PhysicalMemory physical, SystemListener listener) {
        this.registers = registers;
        state = new SystemState(registers, listener);
        tlb = new Tlb(listener);
        paging = new Paging(state, fault, tlb, new PageWalk(state, physical));
        memory = new SystemMemory(state, paging, physical);
        stack = new Stack(state, fault, memory, registers);
        tables = new DescriptorTables(state, fault, memory);
        segments = new SegmentLoads(state, fault, tables);
        limits = new SegmentLimits(state, fault);
        queries = new SegmentQueries(state, fault, tables);
        tableRegisters = new TableRegisters(state, fault, tables, memory);
        task = new TaskState(state, fault, memory);
        tasks = new TaskSwitch(this, listener);
        exceptions = new Exceptions(this, listener);
        transfers = new FarTransfers(this);
        returns = new Returns(this);
        systemCalls = new FastSystemCalls(state, fault, registers);
        controls = new ControlRegisters(state, fault, tlb, listener);
        debug = new DebugRegisters(state, fault);
        msrs = new Msrs(state, registers, fault, tlb, listener);
        cpuid = new Cpuid(msrs);
        ports = new IoPermission(state, fault, memory);
        flags = new FlagRules(state, fault, registers);
    }

    /** Power-on, but for general registers and RIP: EDX is {@link Cpuid#SIGNATURE}, RIP 0xfff0, RFLAGS 2. */
    void reset() {
        state.reset();
        msrs.reset();
        tlb.clear();
    }

    @Override
    public void save(StateOutput out) {
        state.save(out);
        msrs.save(out);
        tlb.save(out);
    }

    @Override
    public void restore(StateInput in) {
        state.restore(in);
        msrs.restore(in);
        tlb.restore(in);
    }
}
