package org.striatum.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.sql.DriverManager;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.Offline;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.capture.SavedStatesStep;
import org.striatum.studies.rollouts.ImportStep;
import org.striatum.studies.run.Study;

/// The picture of docs/architecture.md, held.
class ArchitectureTest {
  private static final JavaClasses CLASSES = new ClassFileImporter()
      .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.striatum");

  @Test
  void modulesDependInOneDirection() {
    layeredArchitecture().consideringOnlyDependenciesInLayers().layer("probe-core").definedBy("org.striatum.probe..")
        .layer("llm-hooks").definedBy("org.striatum.hooks..").layer("datasets").definedBy("org.striatum.datasets..")
        .layer("mnist-peft").definedBy("org.striatum.peft..").layer("studies").definedBy("org.striatum.studies..")
        .layer("reports").definedBy("org.striatum.reports..").layer("cli").definedBy("org.striatum.cli..")
        .whereLayer("cli").mayNotBeAccessedByAnyLayer().whereLayer("reports").mayOnlyBeAccessedByLayers("cli")
        .whereLayer("studies").mayOnlyBeAccessedByLayers("cli", "reports").whereLayer("mnist-peft")
        .mayOnlyBeAccessedByLayers("cli", "reports", "studies").whereLayer("llm-hooks")
        .mayOnlyBeAccessedByLayers("cli", "reports", "studies", "mnist-peft").whereLayer("datasets")
        .mayOnlyBeAccessedByLayers("cli", "reports", "studies", "mnist-peft").whereLayer("probe-core")
        .mayOnlyBeAccessedByLayers("llm-hooks", "datasets", "mnist-peft", "studies", "reports", "cli")
        .withOptionalLayers(true)
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.striatum.(*).(*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("org.striatum.peft.nta.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  /// Engines are found by name, so that what runs units does not know who does.
  @Test
  void noCommandKnowsACluster() {
    noClasses().that().resideOutsideOfPackage("org.striatum.cli.engine.slurm..").should()
        .dependOnClassesThat(resideInAnyPackage("org.striatum.cli.engine.slurm..")).check(CLASSES);
  }

  @Test
  void aModelRuntimeIsSeenOnlyWhereModelsRun() {
    noClasses().that()
        .resideOutsideOfPackages("org.striatum.hooks.onnx..", "org.striatum.hooks.surgery..", "org.striatum.cli..")
        .should().dependOnClassesThat(resideInAnyPackage("ai.onnxruntime..", "ai.onnx..")).check(CLASSES);
    // Graphs are Protocol Buffers, and so is a SentencePiece model.
    noClasses().that()
        .resideOutsideOfPackages("org.striatum.hooks.onnx..", "org.striatum.hooks.surgery..",
            "org.striatum.hooks.text..", "org.striatum.cli..")
        .should().dependOnClassesThat(resideInAnyPackage("com.google.protobuf..")).check(CLASSES);
    noClasses().that().resideInAPackage("org.striatum.probe..").and()
        .resideOutsideOfPackage("org.striatum.probe.value..")
        .should().dependOnClassesThat(resideInAnyPackage("ai.djl..")).check(CLASSES);
  }

  @Test
  void noNativeHandleCrossesAPublicMethodOutsideItsPackage() {
    noClasses().that().resideOutsideOfPackages("org.striatum.hooks..", "org.striatum.probe.value..",
        "org.striatum.peft.network..", "org.striatum.peft.adapter..", "org.striatum.peft.nta.network..",
        "org.striatum.peft.nta.image..", "org.striatum.studies.run")
        .should().dependOnClassesThat(resideInAnyPackage("ai.djl..", "ai.onnxruntime..")).check(CLASSES);
  }

  /// One class loads ONNX Runtime, and sees to it that it sends nothing; whoever has DJL load something does so too.
  @Test
  void librariesThatCouldSendSomethingAreLoadedSoThatTheyDoNot() {
    assertThat(CLASSES.stream().filter(one -> one.getMethodCallsFromSelf().stream().anyMatch(
        call -> call.getTargetOwner().getName().equals("ai.onnxruntime.OrtEnvironment")
            && call.getName().equals("getEnvironment")))
        .map(JavaClass::getSimpleName)).containsExactly("RuntimeLibrary");
    assertThat(CLASSES.stream().filter(one -> one.getMethodCallsFromSelf().stream().anyMatch(
        call -> call.getTargetOwner().isEquivalentTo(DriverManager.class)))
        .map(JavaClass::getSimpleName)).containsExactly("DuckDb");
    Set<String> loaders = Set.of("newBaseManager", "getEngine", "getInstance", "newInstance");
    List<JavaClass> loading = CLASSES.stream().filter(one -> one.getMethodCallsFromSelf().stream().anyMatch(
        call -> call.getTargetOwner().getPackageName().startsWith("ai.djl.") && loaders.contains(call.getName())))
        .toList();
    assertThat(loading).isNotEmpty().allSatisfy(one -> assertThat(one.getMethodCallsFromSelf()).as(one.getName())
        .anyMatch(call -> call.getTargetOwner().isEquivalentTo(Offline.class)));
  }

  @Test
  void onlyTheCommandLinePrintsOrExits() {
    noClasses().that().resideOutsideOfPackage("org.striatum.cli..")
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS).check(CLASSES);
    noClasses().that().resideOutsideOfPackage("org.striatum.cli..").should().callMethod(System.class, "exit", int.class)
        .check(CLASSES);
    noClasses().that().resideOutsideOfPackage("org.striatum.cli..").should()
        .dependOnClassesThat(resideInAnyPackage("picocli..")).check(CLASSES);
  }

  @Test
  void randomnessIsPassedIn() {
    noClasses().should().callMethod(Math.class, "random").orShould().callConstructor(java.util.Random.class)
        .check(CLASSES);
  }

  /// `show`, `verify` and all else that goes through the list would not know a study that is missing there.
  @Test
  void everyStudyIsListed() {
    List<Study<?, ?>> listed = Striatum.known(StudyRegistry.standard()).studies();
    Set<String> kinds = listed.stream().map(study -> study.getClass().getName()).collect(Collectors.toSet());
    assertThat(CLASSES.stream().filter(one -> one.isAssignableTo(Study.class) && !one.isInterface())
        .map(JavaClass::getName)
        .filter(name -> !name.startsWith(ImportStep.class.getName())) // makes the step 'rollouts'
        .filter(name -> !name.startsWith(SavedStatesStep.class.getName())) // and 'capture'
        .filter(name -> !kinds.contains(name))).isEmpty();
  }

  @Test
  void namesAreRoles() {
    classes().should().haveNameNotMatching(".*(Util|Utils|Helper|Helpers|Manager)").check(CLASSES);
  }
}
