package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordPointTest {
    @Test
    void aPlaceAndRegistersAreRead() {
        assertThat(RecordPoint.parse("vfs_read")).isEqualTo(new RecordPoint(ProbePoint.parse("vfs_read"), List.of()));
        assertThat(RecordPoint.parse("vfs_read+0x8:rdi,r8"))
                .isEqualTo(new RecordPoint(ProbePoint.parse("vfs_read+0x8"), List.of("rdi", "r8")));
        assertThat(RecordPoint.parse("0xc1000000:eax"))
                .isEqualTo(new RecordPoint(ProbePoint.parse("0xc1000000"), List.of("eax")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":a0", "f:", "f:a0,", "f:,a0", "f:A0", "f:a0 a1", "f:a,b,c,d,e,f,g,h,i", "f+:a0"})
    void anythingElseIsRefusedInOneLine(String text) {
        assertThatThrownBy(() -> RecordPoint.parse(text))
                .isInstanceOf(UserError.class)
                .message()
                .doesNotContain("\n");
    }
}
