package org.jkprobes.gdb.stub;

/** A guest's registers as GDB's target description. (GDB manual, "Target Description Format".) */
final class TargetDescription {
    private TargetDescription() {}

    static String of(StubGuest guest) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
        xml.append("<target version=\"1.0\">\n<architecture>")
                .append(guest.architecture())
                .append("</architecture>\n<osabi>none</osabi>\n");
        // A feature's registers need not be neighbours: their numbers are given.
        for (String feature :
                guest.registers().stream().map(StubRegister::feature).distinct().toList()) {
            feature(xml, guest, feature);
        }
        return xml.append("</target>\n").toString();
    }

    private static void feature(StringBuilder xml, StubGuest guest, String feature) {
        xml.append("<feature name=\"").append(feature).append("\">\n");
        types(xml, feature);
        for (int i = 0; i < guest.registers().size(); i++) {
            StubRegister register = guest.registers().get(i);
            if (!register.feature().equals(feature)) {
                continue;
            }
            xml.append("<reg name=\"").append(register.name());
            xml.append("\" bitsize=\"").append(register.bits());
            xml.append("\" type=\"").append(register.type());
            if (!register.group().isEmpty()) {
                xml.append("\" group=\"").append(register.group());
            }
            xml.append("\" regnum=\"").append(i).append("\"/>\n");
        }
        xml.append("</feature>\n");
    }

    private static void types(StringBuilder xml, String feature) {
        if (feature.endsWith("i386.core")) {
            flags(
                    xml,
                    "i386_eflags",
                    "CF 0,_ 1,PF 2,AF 4,ZF 6,SF 7,TF 8,IF 9,DF 10,OF 11,NT 14,RF 16,VM 17,AC 18,VIF 19,VIP 20,ID 21");
        } else if (feature.endsWith("i386.sse")) {
            vector(xml, "v4f", "ieee_single", 4);
            vector(xml, "v2d", "ieee_double", 2);
            vector(xml, "v16i8", "int8", 16);
            vector(xml, "v8i16", "int16", 8);
            vector(xml, "v4i32", "int32", 4);
            vector(xml, "v2i64", "int64", 2);
            xml.append("<union id=\"vec128\">\n");
            String[] fields = {
                "v4_float v4f", "v2_double v2d", "v16_int8 v16i8", "v8_int16 v8i16", "v4_int32 v4i32", "v2_int64 v2i64"
            };
            for (String field : fields) {
                int blank = field.indexOf(' ');
                xml.append("<field name=\"").append(field, 0, blank);
                xml.append("\" type=\"").append(field.substring(blank + 1)).append("\"/>\n");
            }
            xml.append("<field name=\"uint128\" type=\"uint128\"/>\n</union>\n");
            flags(xml, "i386_mxcsr", "IE 0,DE 1,ZE 2,OE 3,UE 4,PE 5,DAZ 6,IM 7,DM 8,ZM 9,OM 10,UM 11,PM 12,FZ 15");
        }
    }

    private static void vector(StringBuilder xml, String id, String type, int count) {
        xml.append("<vector id=\"").append(id).append("\" type=\"").append(type);
        xml.append("\" count=\"").append(count).append("\"/>\n");
    }

    private static void flags(StringBuilder xml, String id, String bits) {
        xml.append("<flags id=\"").append(id).append("\" size=\"4\">\n");
        for (String bit : bits.split(",")) {
            int blank = bit.indexOf(' ');
            String name = bit.substring(0, blank);
            String number = bit.substring(blank + 1);
            xml.append("<field name=\"").append(name.equals("_") ? "" : name);
            xml.append("\" start=\"")
                    .append(number)
                    .append("\" end=\"")
                    .append(number)
                    .append("\"/>\n");
        }
        xml.append("</flags>\n");
    }
}
