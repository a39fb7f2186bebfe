package org.jkprobes.images;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Debian control data (deb822(5)): stanzas of fields, parted by empty lines; field names in lower case here. */
final class Stanzas {
    private Stanzas() {}

    static List<Map<String, String>> read(List<String> lines) {
        List<Map<String, String>> stanzas = new ArrayList<>();
        Map<String, String> fields = new LinkedHashMap<>();
        String field = "";
        for (String line : lines) {
            if (line.startsWith("#")) {
                continue;
            }
            if (line.isBlank()) {
                if (!fields.isEmpty()) {
                    stanzas.add(fields);
                }
                fields = new LinkedHashMap<>();
                field = "";
            } else if (Character.isWhitespace(line.charAt(0))) {
                if (!field.isEmpty()) {
                    fields.merge(field, line, (old, more) -> old + "\n" + more);
                }
            } else if (line.indexOf(':') > 0) {
                int colon = line.indexOf(':');
                field = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
                fields.put(field, line.substring(colon + 1).strip());
            }
        }
        if (!fields.isEmpty()) {
            stanzas.add(fields);
        }
        return stanzas;
    }
}
