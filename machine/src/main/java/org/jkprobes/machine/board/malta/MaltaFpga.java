package org.jkprobes.machine.board.malta;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jkprobes.machine.StateInput;
import org.jkprobes.machine.StateOutput;
import org.jkprobes.machine.device.Device;

/**
 * The Malta's board FPGA: LED bar, ASCII display, soft reset and general purpose pins. The switches are all open, the I2C memory
 * socket is empty. Source: MIPS Malta User's Manual, chapter 4 (memory map and registers).
 */
public final class MaltaFpga implements Device {
    private static final int STATUS = 0x208;
    private static final int LED_BAR = 0x408;
    private static final int ASCII_WORD = 0x410;
    private static final int ASCII_POSITION_0 = 0x418;
    private static final int ASCII_POSITION_7 = 0x450;
    private static final int SOFT_RESET = 0x500;
    private static final int BREAK_RESET = 0x508;
    private static final int PINS_OUT = 0xa00;
    private static final int PINS_IN = 0xa08;
    private static final int I2C_IN = 0xb00;
    private static final int I2C_OUTPUT_ENABLE = 0xb08;
    private static final int I2C_OUT = 0xb10;
    private static final int I2C_SELECT = 0xb18;

    private static final int SOFT_RESET_KEY = 0x42;
    private static final int STATUS_LITTLE_ENDIAN = 0x10;

    private final Runnable reset;
    private final byte[] display = new byte[8];
    private int leds;
    private int breakReset = 0x0a;
    private int pins;
    private int i2cOutputEnable;
    private int i2cOut = 3;
    private int i2cSelect = 1;

    /**
     * @param reset called when the guest resets the machine
     */
    public MaltaFpga(Runnable reset) {
        this.reset = reset;
        Arrays.fill(display, (byte) ' ');
    }

    /** The eight characters of the ASCII display. */
    public String display() {
        return new String(display, StandardCharsets.ISO_8859_1);
    }

    /** The LED bar, a bit a LED. */
    public int leds() {
        return leds;
    }

    @Override
    public long load(int offset, int size) {
        return switch (offset) {
            case STATUS -> STATUS_LITTLE_ENDIAN;
            case LED_BAR -> leds;
            case BREAK_RESET -> breakReset;
            case PINS_OUT -> pins;
            case PINS_IN -> i2cSelect == 0 ? 0 : i2cOut;
            case I2C_IN -> i2cOut & 3;
            case I2C_OUTPUT_ENABLE -> i2cOutputEnable;
            case I2C_OUT -> i2cOut;
            case I2C_SELECT -> i2cSelect;
            default -> 0;
        };
    }

    @Override
    public void store(int offset, int size, long value) {
        int word = (int) value;
        if (offset >= ASCII_POSITION_0 && offset <= ASCII_POSITION_7) {
            if ((offset & 7) == 0) {
                display[(offset - ASCII_POSITION_0) >> 3] = (byte) word;
            }
            return;
        }
        switch (offset) {
            case LED_BAR -> leds = word & 0xff;
            case ASCII_WORD -> show(word);
            case SOFT_RESET -> {
                if (word == SOFT_RESET_KEY) {
                    reset.run();
                }
            }
            case BREAK_RESET -> breakReset = word & 0xff;
            case PINS_OUT -> pins = word & 0xff;
            case I2C_OUTPUT_ENABLE -> i2cOutputEnable = word & 3;
            case I2C_OUT -> i2cOut = word;
            case I2C_SELECT -> i2cSelect = word & 1;
            default -> {
                // Read-only or nothing there.
            }
        }
    }

    /** The display decodes a word to eight hexadecimal digits. */
    private void show(int word) {
        for (int i = 0; i < display.length; i++) {
            display[i] = (byte) Character.toUpperCase(Character.forDigit((word >>> (28 - 4 * i)) & 15, 16));
        }
    }

    @Override
    public void save(StateOutput out) {
        out.putBytes(display);
        out.putInt(leds);
        out.putInt(breakReset);
        out.putInt(pins);
        out.putInt(i2cOutputEnable);
        out.putInt(i2cOut);
        out.putInt(i2cSelect);
    }

    @Override
    public void restore(StateInput in) {
        System.arraycopy(in.getBytes(), 0, display, 0, display.length);
        leds = in.getInt();
        breakReset = in.getInt();
        pins = in.getInt();
        i2cOutputEnable = in.getInt();
        i2cOut = in.getInt();
        i2cSelect = in.getInt();
    }
}
