package org.jkprobes.symbols.kallsyms;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jkprobes.symbols.DataModel;
import org.jkprobes.target.Symbol;

/** Writes kallsyms tables the way a kernel build does, from the description of the format. */
final class KallsymsEncoder {
    /** The order of the tables. */
    enum Order {
        /** Up to Linux 6.1. */
        ADDRESSES_FIRST,
        /** Linux 6.2 to 6.4: sequence numbers before the token table. */
        ADDRESSES_FIRST_WITH_SEQUENCE,
        /** Since Linux 6.5. */
        ADDRESSES_LAST
    }

    /** The form of the addresses. */
    enum Form {
        WORDS,
        RELATIVE,
        RELATIVE_ABSOLUTE_PER_CPU
    }

    private final DataModel model;
    private final Order order;
    private final Form form;
    private final int markerWidth;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    KallsymsEncoder(DataModel model, Order order, Form form, int markerWidth) {
        this.model = model;
        this.order = order;
        this.form = form;
        this.markerWidth = markerWidth;
    }

    /** An image: noise, the tables, noise. */
    byte[] encode(List<Symbol> symbols, SplittableRandom random) {
        noise(random, 8192 + random.nextInt(64) * 8);
        Tokens tokens = new Tokens(symbols);
        if (order != Order.ADDRESSES_LAST) {
            addresses(symbols);
        }
        number(symbols.size(), 4);
        align();
        names(symbols, tokens);
        if (order == Order.ADDRESSES_FIRST_WITH_SEQUENCE) {
            sequence(symbols.size(), random);
        }
        tokens(tokens);
        if (order == Order.ADDRESSES_LAST) {
            addresses(symbols);
            sequence(symbols.size(), random);
        }
        noise(random, 4096);
        return out.toByteArray();
    }

    private void addresses(List<Symbol> symbols) {
        if (form == Form.WORDS) {
            symbols.forEach(symbol -> number(symbol.address(), model.wordSize()));
            align();
            return;
        }
        long base = symbols.stream()
                .filter(symbol -> symbol.type() != 'A')
                .findFirst()
                .orElseThrow()
                .address();
        for (Symbol symbol : symbols) {
            long offset = symbol.type() == 'A' ? symbol.address() : symbol.address() - base;
            number(symbol.type() != 'A' && form == Form.RELATIVE_ABSOLUTE_PER_CPU ? -1 - offset : offset, 4);
        }
        align();
        number(base, model.wordSize());
        align();
    }

    private void names(List<Symbol> symbols, Tokens tokens) {
        int start = out.size();
        List<Integer> markers = new ArrayList<>();
        for (int i = 0; i < symbols.size(); i++) {
            if (i % 256 == 0) {
                markers.add(out.size() - start);
            }
            byte[] name = tokens.compress(symbols.get(i));
            if (name.length < 0x80) {
                out.write(name.length);
            } else {
                out.write(name.length & 0x7f | 0x80);
                out.write(name.length >> 7);
            }
            out.writeBytes(name);
        }
        align();
        markers.forEach(marker -> number(marker, markerWidth));
        align();
    }

    private void sequence(int count, SplittableRandom random) {
        for (int i = 0; i < 3 * count; i++) {
            out.write(random.nextInt());
        }
        align();
    }

    private void tokens(Tokens tokens) {
        int start = out.size();
        int[] index = new int[256];
        for (int i = 0; i < 256; i++) {
            index[i] = out.size() - start;
            out.writeBytes(tokens.text[i].getBytes(StandardCharsets.ISO_8859_1));
            out.write(0);
        }
        align();
        for (int offset : index) {
            number(offset, 2);
        }
        align();
    }

    private void number(long value, int width) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(model.byteOrder());
        switch (width) {
            case 2 -> buffer.putShort((short) value);
            case 4 -> buffer.putInt((int) value);
            default -> buffer.putLong(value);
        }
        out.write(buffer.array(), 0, width);
    }

    private void align() {
        while (out.size() % model.wordSize() != 0) {
            out.write(0);
        }
    }

    private void noise(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        out.writeBytes(bytes);
        align();
    }

    /** The characters in use stand for themselves; the rest, for the pairs that are most frequent. */
    private static final class Tokens {
        final String[] text = new String[256];
        private final Map<String, Integer> pairs = new HashMap<>();

        Tokens(List<Symbol> symbols) {
            Arrays.fill(text, "");
            Map<String, Integer> frequency = new HashMap<>();
            for (Symbol symbol : symbols) {
                String full = symbol.type() + symbol.name();
                for (int i = 0; i < full.length(); i++) {
                    text[full.charAt(i)] = full.substring(i, i + 1);
                    if (i + 2 <= full.length()) {
                        frequency.merge(full.substring(i, i + 2), 1, Integer::sum);
                    }
                }
            }
            List<String> frequent = frequency.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                    .map(Map.Entry::getKey)
                    .toList();
            int next = 0;
            for (int token = 255; token >= 0 && next < frequent.size(); token--) {
                if (text[token].isEmpty()) {
                    text[token] = frequent.get(next++);
                    pairs.put(text[token], token);
                }
            }
        }

        byte[] compress(Symbol symbol) {
            String full = symbol.type() + symbol.name();
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            int i = 0;
            while (i < full.length()) {
                Integer pair = i + 2 <= full.length() ? pairs.get(full.substring(i, i + 2)) : null;
                compressed.write(pair == null ? full.charAt(i) : pair);
                i += pair == null ? 1 : 2;
            }
            return compressed.toByteArray();
        }
    }
}
