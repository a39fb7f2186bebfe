package org.jkprobes.machine.board.malta;

import org.jkprobes.machine.device.ConsoleSink;
import org.jkprobes.machine.device.InterruptLine;

/**
 * What a {@link MaltaBoard} is connected to.
 *
 * @param southbridge the CPU's hardware interrupt 0, pending in Cause.IP2: the 8259As
 * @param cbusUart the CPU's hardware interrupt 2, pending in Cause.IP4: the third serial port
 * @param console where the first serial port, ttyS0, transmits to
 * @param powerOff runs when the guest switches the machine off, within the store that does so
 * @param reset runs when the guest resets the machine, within the store that does so
 */
public record MaltaWiring(
        InterruptLine southbridge, InterruptLine cbusUart, ConsoleSink console, Runnable powerOff, Runnable reset) {}
