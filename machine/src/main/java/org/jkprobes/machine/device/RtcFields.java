package org.jkprobes.machine.device;

/** The time and alarm registers of an {@link Mc146818}: BCD or binary, 24 or 12 hours, as its register B says. */
final class RtcFields {
    private static final int BINARY = 0x04;
    private static final int TWENTY_FOUR_HOURS = 0x02;
    private static final int AFTERNOON = 0x80;
    /** An alarm register with both top bits set matches every value. */
    private static final int DONT_CARE = 0xc0;

    private static final long SECONDS_PER_DAY = 86_400;

    private RtcFields() {}

    /** Sets the time registers to a time given in seconds since 1970. */
    static void store(byte[] registers, long seconds) {
        long day = Math.floorDiv(seconds, SECONDS_PER_DAY);
        int second = (int) Math.floorMod(seconds, SECONDS_PER_DAY);
        int hour = second / 3600;
        put(registers, Mc146818.SECONDS, second % 60);
        put(registers, Mc146818.MINUTES, second / 60 % 60);
        if ((registers[Mc146818.B] & TWENTY_FOUR_HOURS) != 0) {
            put(registers, Mc146818.HOURS, hour);
        } else {
            put(registers, Mc146818.HOURS, hour % 12 == 0 ? 12 : hour % 12);
            if (hour >= 12) {
                registers[Mc146818.HOURS] |= (byte) AFTERNOON;
            }
        }
        // Sunday is 1; 1970-01-01 was a Thursday.
        put(registers, Mc146818.DAY_OF_WEEK, (int) Math.floorMod(day + 4, 7L) + 1);
        // Years that start in March put the leap day last; 719468 days lie between 0000-03-01 and 1970-01-01.
        long shifted = day + 719_468;
        long era = Math.floorDiv(shifted, 146_097);
        int dayOfEra = (int) Math.floorMod(shifted, 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int monthFromMarch = (5 * dayOfYear + 2) / 153;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        int year = (int) (era * 400) + yearOfEra + (month <= 2 ? 1 : 0);
        put(registers, Mc146818.DAY_OF_MONTH, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
        put(registers, Mc146818.MONTH, month);
        put(registers, Mc146818.YEAR, year % 100);
        put(registers, Mc146818.CENTURY, year / 100);
    }

    /** The time in the registers, in seconds since 1970. Days and months out of range count on into the next. */
    static long load(byte[] registers) {
        int month = get(registers, Mc146818.MONTH);
        int year = get(registers, Mc146818.CENTURY) * 100 + get(registers, Mc146818.YEAR) - (month <= 2 ? 1 : 0);
        int monthFromMarch = month > 2 ? month - 3 : month + 9;
        int dayOfYear = (153 * monthFromMarch + 2) / 5 + get(registers, Mc146818.DAY_OF_MONTH) - 1;
        int leapDays = Math.floorDiv(year, 4) - Math.floorDiv(year, 100) + Math.floorDiv(year, 400);
        long day = 365L * year + leapDays + dayOfYear - 719_468;
        return day * SECONDS_PER_DAY
                + hour(registers, Mc146818.HOURS) * 3600L
                + get(registers, Mc146818.MINUTES) * 60L
                + get(registers, Mc146818.SECONDS);
    }

    static boolean alarmMatches(byte[] registers) {
        return (ignored(registers, Mc146818.SECONDS_ALARM)
                        || get(registers, Mc146818.SECONDS_ALARM) == get(registers, Mc146818.SECONDS))
                && (ignored(registers, Mc146818.MINUTES_ALARM)
                        || get(registers, Mc146818.MINUTES_ALARM) == get(registers, Mc146818.MINUTES))
                && (ignored(registers, Mc146818.HOURS_ALARM)
                        || hour(registers, Mc146818.HOURS_ALARM) == hour(registers, Mc146818.HOURS));
    }

    private static boolean ignored(byte[] registers, int alarm) {
        return (registers[alarm] & DONT_CARE) == DONT_CARE;
    }

    /** 0 to 23. */
    private static int hour(byte[] registers, int register) {
        if ((registers[Mc146818.B] & TWENTY_FOUR_HOURS) != 0) {
            return get(registers, register);
        }
        int value = decode(registers, registers[register] & 0x7f);
        return value % 12 + ((registers[register] & AFTERNOON) != 0 ? 12 : 0);
    }

    private static int get(byte[] registers, int register) {
        return decode(registers, registers[register] & 0xff);
    }

    private static int decode(byte[] registers, int value) {
        return (registers[Mc146818.B] & BINARY) != 0 ? value : (value >> 4) * 10 + (value & 15);
    }

    private static void put(byte[] registers, int register, int value) {
        boolean binary = (registers[Mc146818.B] & BINARY) != 0;
        registers[register] = (byte) (binary ? value : ((value / 10) << 4) | (value % 10));
    }
}
