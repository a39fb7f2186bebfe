package org.jkprobes.machine;

import java.io.ByteArrayOutputStream;
import java.util.function.BooleanSupplier;
import org.jkprobes.isa.mips.MipsAssembler;
import org.jkprobes.machine.board.malta.Malta;
import org.jkprobes.machine.board.malta.MaltaMemory;
import org.jkprobes.machine.board.malta.YamonBoot;
import org.jkprobes.machine.device.Mc146818;

/**
 * A Malta whose guest keeps all parts busy: random stores to unmapped and to mapped memory (with a TLB refill handler), its own
 * code changed now and then, timer interrupts, WAIT, and what comes in on the serial port sent back, plus one.
 */
final class BusyGuest {
    static final MaltaMemory MEMORY = new MaltaMemory(4 << 20);

    final ByteArrayOutputStream console = new ByteArrayOutputStream();
    /** Whether the byte that is transmitted now was transmitted before. */
    BooleanSupplier repeated = () -> false;

    final Malta malta;
    final Machine machine;

    BusyGuest(MaltaMemory memory) {
        malta = new Malta(memory, Mc146818.DEFAULT_START, value -> {
            if (!repeated.getAsBoolean()) {
                console.write(value);
            }
        });
        machine = malta.machine();
    }

    private BusyGuest(BusyGuest forked) {
        malta = forked.malta.fork(console::write);
        machine = malta.machine();
    }

    /** One that goes on from where this one is. */
    BusyGuest fork() {
        return new BusyGuest(this);
    }

    /** One that has just been switched on. */
    static BusyGuest booted() {
        BusyGuest guest = new BusyGuest(MEMORY);
        YamonBoot.programBridge(guest.malta.board());
        guest.assemble(0x0000, REFILL);
        guest.assemble(0x0180, INTERRUPT);
        guest.assemble(0x1000, MAIN);
        guest.malta.cpu().jump(0x80001000L);
        return guest;
    }

    private void assemble(int physical, String text) {
        malta.load(physical, new MipsAssembler(0x80000000L + physical).add(text).littleEndianBytes());
    }

    /** Maps any address to one of the pages from 2 MiB to 3 MiB. */
    private static final String REFILL = """
            mfc0  $k0, $8
            srl   $k0, $k0, 13
            andi  $k0, $k0, 0x7f
            sll   $k0, $k0, 7
            li    $k1, 0x801f         # 2 MiB; cached, dirty, valid, global
            addu  $k0, $k0, $k1
            mtc0  $k0, $2
            addiu $k0, $k0, 0x40
            mtc0  $k0, $3
            tlbwr
            eret
            """;

    /** Asks for the next timer interrupt, and looks after the serial port. */
    private static final String INTERRUPT = """
                  mfc0  $k0, $9
                  andi  $k1, $s0, 0xfff
                  addu  $k0, $k0, $k1
                  addiu $k0, $k0, 1000
                  mtc0  $k0, $11
                  addiu $s7, $s7, 1
                  lui   $k1, 0xb800
            more: lbu   $k0, 0x3fd($k1)
                  andi  $k0, $k0, 1
                  beqz  $k0, done
                  nop
                  lbu   $k0, 0x3f8($k1)
                  addiu $k0, $k0, 1
                  sb    $k0, 0x3f8($k1)
                  b     more
                  nop
            done: eret
            """;

    private static final String MAIN = """
                  lui   $t9, 0xb800
                  li    $t0, 1
                  sb    $t0, 0x3fa($t9)   # FIFOs on
                  mtc0  $zero, $6         # no wired entries
                  mtc0  $zero, $5         # pages of 4 KiB
                  li    $t0, 5000
                  mtc0  $t0, $11
                  li    $t0, 0x8001       # the timer interrupts
                  mtc0  $t0, $12
                  li    $s0, 12345
                  li    $s1, 1103515245
                  li    $s2, 0x80100000
            loop: mul   $s0, $s0, $s1
                  addiu $s0, $s0, 12345
                  srl   $t0, $s0, 12
                  andi  $t1, $t0, 0xfffc
                  addu  $t1, $t1, $s2
                  lw    $t2, 0($t1)       # unmapped
                  xor   $t2, $t2, $s0
                  sw    $t2, 0($t1)
                  li    $t3, 0x3fffffc
                  and   $t3, $t0, $t3
                  lui   $t7, 0x40         # the TLB starts with invalid entries for page 0
                  addu  $t3, $t3, $t7
                  sw    $t2, 0($t3)       # mapped
                  lw    $s3, 4($t3)
                  andi  $t4, $t0, 0x7f
                  bnez  $t4, same
                  andi  $t5, $t0, 0x1f00
                  la    $t6, code
                  lui   $t7, 0x2694       # addiu $s4, $s4, ...
                  or    $t7, $t7, $t5
                  sw    $t7, 0($t6)
                  synci 0($t6)
            same: andi  $t4, $t0, 0x1ff
                  bnez  $t4, code
                  nop
                  wait
            code: addiu $s4, $s4, 1
                  b     loop
                  nop
            """;
}
