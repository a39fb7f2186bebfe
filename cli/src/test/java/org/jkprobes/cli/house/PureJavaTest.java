package org.jkprobes.cli.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No JNI and no Unsafe in our own code: native calls go through the FFM API. */
class PureJavaTest {
    private static final ArchRule NO_UNSAFE = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("sun.misc.Unsafe")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("jdk.internal.misc.Unsafe");

    private static final ArchRule NO_JNI =
            noMethods().should().haveModifier(JavaModifier.NATIVE).allowEmptyShould(true);

    @TempDir
    Path folder;

    static Stream<Module> modules() {
        return Module.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void noModuleUsesUnsafe(Module module) {
        NO_UNSAFE.check(module.classes());
    }

    @ParameterizedTest
    @MethodSource("modules")
    void noModuleUsesJni(Module module) {
        NO_JNI.check(module.classes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sun.misc.Unsafe", "jdk.internal.misc.Unsafe"})
    void unsafeIsFound(String unsafe) throws IOException {
        assertThat(NO_UNSAFE
                        .evaluate(Fixture.referring(folder, "org.jkprobes.isa.Bad", unsafe))
                        .hasViolation())
                .isTrue();
    }

    @Test
    void jniIsFound() throws IOException {
        Fixture.write(
                folder,
                "org.jkprobes.isa.Bad",
                c -> c.withMethod(
                        "call",
                        MethodTypeDesc.of(ConstantDescs.CD_void),
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_NATIVE,
                        m -> {}));
        assertThat(NO_JNI.evaluate(Fixture.imported(folder)).hasViolation()).isTrue();
    }
}
