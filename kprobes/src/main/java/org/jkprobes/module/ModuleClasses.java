package org.jkprobes.module;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jkprobes.HandlerTime;
import org.jspecify.annotations.Nullable;

/** The classes of a module file. Each loop in them asks at its end whether its handler is over its time limit, so that it can be ended. */
final class ModuleClasses extends ClassLoader {
    private static final ClassDesc HANDLER_TIME =
            HandlerTime.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc NOTHING_TO_VOID = MethodTypeDesc.of(ConstantDescs.CD_void);

    private final Map<String, byte[]> classes;
    private final ClassHierarchyResolver hierarchy;

    ModuleClasses(Map<String, byte[]> classes) {
        super(ModuleClasses.class.getClassLoader());
        this.classes = classes;
        hierarchy = ClassHierarchyResolver.ofResourceParsing(this::resource)
                .orElse(ClassHierarchyResolver.ofClassLoading(getParent()));
    }

    private @Nullable InputStream resource(ClassDesc type) {
        String descriptor = type.descriptorString();
        byte[] bytes =
                classes.get(descriptor.substring(1, descriptor.length() - 1).replace('/', '.'));
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        byte[] guarded = guard(bytes);
        return defineClass(name, guarded, 0, guarded.length);
    }

    private byte[] guard(byte[] bytes) {
        ClassFile classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy));
        return classFile.transformClass(
                classFile.parse(bytes),
                ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(BackwardBranches::new)));
    }

    /** Puts a check before each branch to a place already passed. */
    private static final class BackwardBranches implements CodeTransform {
        private final Set<Label> passed = new HashSet<>();

        @Override
        public void accept(CodeBuilder builder, CodeElement element) {
            if (element instanceof LabelTarget target) {
                passed.add(target.label());
            } else if (element instanceof BranchInstruction branch && passed.contains(branch.target())) {
                builder.invokestatic(HANDLER_TIME, "check", NOTHING_TO_VOID);
            }
            builder.with(element);
        }
    }
}
