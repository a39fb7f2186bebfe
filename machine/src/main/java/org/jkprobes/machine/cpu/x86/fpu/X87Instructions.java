package org.jkprobes.machine.cpu.x86.fpu;

/** Opcodes D8 to DF (Intel SDM volume 2, appendix B, tables of escape opcodes). */
final class X87Instructions {
    private static final int CARRY = X87Unit.CARRY;

    private final X87Unit unit;
    private final X87 x87;
    private final FpuMemory memory;
    private final X87Arithmetic arithmetic;
    private final X87Transfers transfers;
    private final X87Unary unary;
    private final X87Images images;
    private final long[] gprs;
    private final long[] cell = new long[1];

    X87Instructions(FpuState state, FpuMemory memory, long[] slots) {
        this.unit = new X87Unit(state);
        this.x87 = state.x87();
        this.memory = memory;
        this.arithmetic = new X87Arithmetic(unit);
        this.transfers = new X87Transfers(unit, memory);
        this.unary = new X87Unary(unit, arithmetic);
        this.images = new X87Images(x87, memory);
        this.gprs = slots;
    }

    /**
     * Executes one instruction.
     *
     * @param escape the opcode's three low bits
     * @param narrow 16-bit operand size, for the layouts of environment and state
     */
    int execute(int escape, int modrm, long address, boolean narrow, long ip) {
        if (isControl(escape, modrm)) {
            return control(escape, modrm, address, narrow);
        }
        if (!X87Opcodes.defined(escape, modrm)) {
            return FpuOutcome.UNDEFINED;
        }
        if (x87.errorPending()) {
            return FpuOutcome.X87_ERROR;
        }
        unit.begin();
        int outcome = modrm < 0xc0 ? memoryForm(escape, modrm >> 3 & 7, address) : registerForm(escape, modrm);
        if (outcome == FpuOutcome.DONE) {
            x87.instructionPointer = ip;
            if (x87.errorPending()) {
                x87.opcode = escape << 8 | modrm;
                if (modrm < 0xc0) {
                    x87.dataPointer = address;
                }
            }
        }
        return outcome;
    }

    /** Whether it leaves the pointers to the last instruction alone. */
    private static boolean isControl(int escape, int modrm) {
        int operation = modrm >> 3 & 7;
        if (modrm < 0xc0) {
            return escape == 1 && operation >= 4 || escape == 5 && (operation == 4 || operation >= 6);
        }
        return escape == 3 && operation == 4 || escape == 7 && modrm == 0xe0;
    }

    private int control(int escape, int modrm, long address, boolean narrow) {
        int operation = modrm >> 3 & 7;
        if (modrm >= 0xc0) {
            return escape == 7 ? storeStatusInAx() : administer(modrm);
        }
        if (escape == 1) {
            return switch (operation) {
                case 4 -> x87.errorPending() ? FpuOutcome.X87_ERROR : images.loadEnvironment(address, narrow);
                case 5 -> loadControl(address);
                case 6 -> images.storeEnvironment(address, narrow);
                default -> storeWord(address, x87.control);
            };
        }
        return switch (operation) {
            case 4 -> x87.errorPending() ? FpuOutcome.X87_ERROR : images.restore(address, narrow);
            case 6 -> images.save(address, narrow);
            default -> storeWord(address, x87.status());
        };
    }

    private int storeStatusInAx() {
        gprs[0] = gprs[0] & ~0xffffL | x87.status();
        return FpuOutcome.DONE;
    }

    /** FNCLEX, FNINIT, and what was FENI, FDISI and FSETPM. */
    private int administer(int modrm) {
        switch (modrm) {
            case 0xe0, 0xe1, 0xe4 -> {}
            case 0xe2 -> x87.conditions &= ~0x7f;
            case 0xe3 -> x87.reset();
            default -> {
                return FpuOutcome.UNDEFINED;
            }
        }
        return FpuOutcome.DONE;
    }

    private int loadControl(long address) {
        if (x87.errorPending()) {
            return FpuOutcome.X87_ERROR;
        }
        if (!memory.load(address, 2, cell, 0)) {
            return FpuOutcome.MEMORY_FAULT;
        }
        x87.control((int) cell[0]);
        return FpuOutcome.DONE;
    }

    private int storeWord(long address, int word) {
        cell[0] = word;
        return memory.store(address, 2, cell, 0) ? FpuOutcome.DONE : FpuOutcome.MEMORY_FAULT;
    }

    private int memoryForm(int escape, int operation, long address) {
        if ((escape & 1) == 0) {
            if (!transfers.loadOperand(escape >> 1, address)) {
                return FpuOutcome.MEMORY_FAULT;
            }
            arithmetic.withMemory(operation);
            return FpuOutcome.DONE;
        }
        int mode = x87.control >> 10 & 3;
        return switch (escape << 3 | operation) {
            case 1 << 3, 3 << 3, 5 << 3, 7 << 3 -> transfers.load(escape >> 1, address);
            case 1 << 3 | 2 -> transfers.storeFloat(address, false, false);
            case 1 << 3 | 3 -> transfers.storeFloat(address, false, true);
            case 3 << 3 | 1 -> transfers.storeIntegerCut(address, 4);
            case 3 << 3 | 2 -> transfers.storeInteger(address, 4, mode, false);
            case 3 << 3 | 3 -> transfers.storeInteger(address, 4, mode, true);
            case 3 << 3 | 5 -> transfers.loadExtended(address);
            case 3 << 3 | 7 -> transfers.storeExtended(address);
            case 5 << 3 | 1 -> transfers.storeIntegerCut(address, 8);
            case 5 << 3 | 2 -> transfers.storeFloat(address, true, false);
            case 5 << 3 | 3 -> transfers.storeFloat(address, true, true);
            case 7 << 3 | 1 -> transfers.storeIntegerCut(address, 2);
            case 7 << 3 | 2 -> transfers.storeInteger(address, 2, mode, false);
            case 7 << 3 | 3 -> transfers.storeInteger(address, 2, mode, true);
            case 7 << 3 | 4 -> transfers.loadDecimal(address);
            case 7 << 3 | 5 -> transfers.loadLong(address);
            case 7 << 3 | 6 -> transfers.storeDecimal(address);
            case 7 << 3 | 7 -> transfers.storeInteger(address, 8, mode, true);
            default -> FpuOutcome.UNDEFINED;
        };
    }

    private int registerForm(int escape, int modrm) {
        int operation = modrm >> 3 & 7;
        int index = modrm & 7;
        return switch (escape) {
            case 0 -> {
                arithmetic.withRegister(operation, index, 0, false);
                yield FpuOutcome.DONE;
            }
            case 1 -> d9(modrm, operation, index);
            case 2 -> da(modrm, operation, index);
            case 3 -> db(operation, index);
            case 4 -> {
                arithmetic.withRegister(operation, index, index, false);
                yield FpuOutcome.DONE;
            }
            case 5 -> dd(operation, index);
            case 6 -> de(modrm, operation, index);
            default -> df(operation, index);
        };
    }

    private int d9(int modrm, int operation, int index) {
        switch (operation) {
            case 0 -> transfers.duplicate(index);
            case 1 -> transfers.exchange(index);
            case 2 -> {
                return index == 0 ? FpuOutcome.DONE : FpuOutcome.UNDEFINED;
            }
            case 3 -> transfers.copyAlias(index);
            default -> {
                return unary.execute(modrm);
            }
        }
        return FpuOutcome.DONE;
    }

    private int da(int modrm, int operation, int index) {
        if (operation < 4) {
            transfers.moveIf(condition(operation), index);
        } else if (modrm == 0xe9) {
            arithmetic.compare(1, true, 2);
        } else {
            return FpuOutcome.UNDEFINED;
        }
        return FpuOutcome.DONE;
    }

    private int db(int operation, int index) {
        switch (operation) {
            case 0, 1, 2, 3 -> transfers.moveIf(!condition(operation), index);
            case 5 -> arithmetic.compareToFlags(index, true, 0);
            case 6 -> arithmetic.compareToFlags(index, false, 0);
            default -> {
                return FpuOutcome.UNDEFINED;
            }
        }
        return FpuOutcome.DONE;
    }

    private int dd(int operation, int index) {
        switch (operation) {
            case 0 -> free(index);
            case 1 -> transfers.exchange(index);
            case 2 -> transfers.copy(index, false);
            case 3 -> transfers.copy(index, true);
            case 4 -> arithmetic.compare(index, true, 0);
            case 5 -> arithmetic.compare(index, true, 1);
            default -> {
                return FpuOutcome.UNDEFINED;
            }
        }
        return FpuOutcome.DONE;
    }

    private int de(int modrm, int operation, int index) {
        if (operation == 3) {
            if (modrm != 0xd9) {
                return FpuOutcome.UNDEFINED;
            }
            arithmetic.compare(1, false, 2);
        } else if (operation == 2) {
            arithmetic.compare(index, false, 1);
        } else {
            arithmetic.withRegister(operation, index, index, true);
        }
        return FpuOutcome.DONE;
    }

    private int df(int operation, int index) {
        switch (operation) {
            case 0 -> {
                free(index);
                x87.pop();
            }
            case 1 -> transfers.exchange(index);
            case 2, 3 -> transfers.copy(index, true);
            case 5 -> arithmetic.compareToFlags(index, true, 1);
            case 6 -> arithmetic.compareToFlags(index, false, 1);
            default -> {
                return FpuOutcome.UNDEFINED;
            }
        }
        return FpuOutcome.DONE;
    }

    private void free(int index) {
        x87.c1(false);
        x87.free(index);
    }

    /** FCMOVB, E, BE, U. */
    private boolean condition(int code) {
        int flags = unit.state.flags;
        return switch (code) {
            case 0 -> (flags & CARRY) != 0;
            case 1 -> (flags & X87Unit.ZERO) != 0;
            case 2 -> (flags & (CARRY | X87Unit.ZERO)) != 0;
            default -> (flags & X87Unit.PARITY) != 0;
        };
    }
}
