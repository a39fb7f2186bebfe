package org.jkprobes.gdb.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a stub says of its guest in XML: GDB manual, "Target Descriptions". Only what is needed is looked at: the architecture, the
 * registers, and the documents they are in.
 *
 * @param architecture as GDB names it: {@code i386:x86-64}, {@code aarch64}, …; empty if it is not said
 */
public record TargetDescription(String architecture, RegisterLayout layout) {
    private static final int MOST_DOCUMENTS = 32;
    private static final int MOST_REGISTERS = 4096;
    private static final int MOST_BITS = 1 << 16;
    private static final Pattern TAG = Pattern.compile(
            "<!--.*?-->|<architecture>\\s*([^<]*?)\\s*</architecture>|<xi:include\\b([^>]*)>|<reg\\b([^>]*)>",
            Pattern.DOTALL);
    private static final Pattern ATTRIBUTE = Pattern.compile("([a-z]+)\\s*=\\s*[\"']([^\"']*)[\"']");

    /**
     * Reads it.
     *
     * @param documents gives a document by its name
     * @throws StubException if it is not well described
     */
    static TargetDescription read(Function<String, String> documents) {
        Reader reader = new Reader(documents);
        reader.read("target.xml");
        return new TargetDescription(reader.architecture, RegisterLayout.of(reader.registers));
    }

    private static final class Reader {
        private final Function<String, String> documents;
        private final List<RegisterLayout.Register> registers = new ArrayList<>();
        private String architecture = "";
        private int count;
        private int next;

        Reader(Function<String, String> documents) {
            this.documents = documents;
        }

        void read(String name) {
            if (++count > MOST_DOCUMENTS) {
                throw new StubException("the stub's description of its registers has no end");
            }
            Matcher tags = TAG.matcher(documents.apply(name));
            while (tags.find()) {
                if (tags.group(1) != null) {
                    architecture = tags.group(1);
                } else if (tags.group(2) != null) {
                    read(attribute(tags.group(2), "href"));
                } else if (tags.group(3) != null) {
                    add(tags.group(3));
                }
            }
        }

        private void add(String attributes) {
            String number = attribute(attributes, "regnum");
            int bits = number(attribute(attributes, "bitsize"));
            int index = number.isEmpty() ? next : number(number);
            if (bits <= 0 || bits > MOST_BITS || bits % 8 != 0 || index < 0 || registers.size() >= MOST_REGISTERS) {
                throw new StubException("the stub describes a register of " + bits + " bits, number " + index);
            }
            registers.add(new RegisterLayout.Register(attribute(attributes, "name"), index, bits / 8, 0));
            next = index + 1;
        }

        private static int number(String text) {
            return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        }

        private static String attribute(String attributes, String name) {
            Matcher all = ATTRIBUTE.matcher(attributes);
            while (all.find()) {
                if (all.group(1).equals(name)) {
                    return all.group(2);
                }
            }
            return "";
        }
    }
}
