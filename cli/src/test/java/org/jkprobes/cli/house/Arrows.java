package org.jkprobes.cli.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;

/** The rules that hold the module arrows. */
final class Arrows {
    private Arrows() {}

    /** A module's classes are in its own packages, so that the other rules can tell modules by package. */
    static ArchRule livesInItsOwnPackages(Module module) {
        return classes().should().resideInAnyPackage(module.packages().toArray(String[]::new));
    }

    /** A module refers only to itself and those below it; a core module besides them only to the JDK and annotations. */
    static ArchRule looksOnlyDown(Module module) {
        List<String> allowed = new ArrayList<>(module.packages());
        module.mayUse().forEach(below -> allowed.addAll(Module.named(below).packages()));
        if (module.core()) {
            allowed.addAll(List.of("java..", "javax.tools..", "org.jspecify.annotations.."));
            return classes().should().onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)));
        }
        return noClasses().should().dependOnClassesThat(ours(allowed));
    }

    /** In the machine only the adapter package knows Kprobes. */
    static ArchRule onlyTheAdapterKnowsKprobes() {
        return noClasses()
                .that()
                .resideOutsideOfPackage("org.jkprobes.machine.target..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(Module.named("kprobes").packages().toArray(String[]::new)));
    }

    private static DescribedPredicate<JavaClass> ours(List<String> except) {
        return resideInAnyPackage("org.jkprobes..")
                .and(resideOutsideOfPackages(except.toArray(String[]::new)))
                .as("of a module that it may not use");
    }
}
