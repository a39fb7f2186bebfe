package org.jkprobes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotPointTest {
    @ParameterizedTest
    @CsvSource({"1234, 1234", "3k, 3000", "700M, 700000000", "2g, 2000000000", "1_000, 1000"})
    void instructionCountsAreRead(String text, long count) {
        assertThat(SnapshotPoint.parse(text)).isEqualTo(new SnapshotPoint.AfterInstructions(count));
    }

    @Test
    void theShellAndPlacesAreRead() {
        assertThat(SnapshotPoint.parse("shell")).isEqualTo(new SnapshotPoint.AtShell());
        assertThat(SnapshotPoint.parse("do_exit+4"))
                .isEqualTo(new SnapshotPoint.AtPoint(ProbePoint.parse("do_exit+4")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+", "12T", "99999999999999999999", "9999999999999G", "a b"})
    void othersAreRefused(String text) {
        assertThatThrownBy(() -> SnapshotPoint.parse(text)).isInstanceOf(UserError.class);
    }
}
