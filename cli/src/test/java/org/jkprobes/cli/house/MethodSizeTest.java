package org.jkprobes.cli.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * HotSpot never compiles a method of more than 8000 bytes of bytecode (-XX:HugeMethodLimit): it would be interpreted for good. An enum
 * makes its constants once, however many it has.
 */
class MethodSizeTest {
    private static final int LIMIT = 8000;

    @TempDir
    Path folder;

    static Stream<Module> modules() {
        return Module.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void noMethodIsTooLargeToBeCompiled(Module module) throws IOException {
        Scan scan = scan(module.classFolder());
        assertThat(scan.classes).isPositive();
        assertThat(scan.tooLarge).isEmpty();
    }

    @Test
    void aMethodThatIsTooLargeIsFound() throws IOException {
        writeMethodOf(LIMIT + 1);
        assertThat(scan(folder).tooLarge).containsExactly("org/jkprobes/Large.run: 8001");
    }

    @Test
    void aMethodAtTheLimitIsNot() throws IOException {
        writeMethodOf(LIMIT);
        assertThat(scan(folder).tooLarge).isEmpty();
    }

    private void writeMethodOf(int bytes) throws IOException {
        MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_void);
        Fixture.write(
                folder,
                "org.jkprobes.Large",
                c -> c.withMethodBody("run", type, ClassFile.ACC_STATIC, code -> {
                    for (int i = 1; i < bytes; i++) {
                        code.nop();
                    }
                    code.return_();
                }));
    }

    private record Scan(int classes, List<String> tooLarge) {}

    private static Scan scan(Path classFolder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(classFolder)) {
            files = found.filter(file -> file.toString().endsWith(".class")).toList();
        }
        List<String> tooLarge = new ArrayList<>();
        for (Path file : files) {
            ClassModel model = ClassFile.of().parse(file);
            for (MethodModel method : model.methods()) {
                int size = method.code()
                        .map(code -> ((CodeAttribute) code).codeLength())
                        .orElse(0);
                boolean constants = model.flags().has(AccessFlag.ENUM)
                        && method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME);
                if (size > LIMIT && !constants) {
                    tooLarge.add(model.thisClass().asInternalName() + "."
                            + method.methodName().stringValue() + ": " + size);
                }
            }
        }
        return new Scan(files.size(), tooLarge);
    }
}
