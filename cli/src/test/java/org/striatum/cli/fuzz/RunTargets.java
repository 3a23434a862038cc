package org.striatum.cli.fuzz;

import static org.striatum.cli.Session.REASONER;
import static org.striatum.cli.fuzz.FuzzTarget.file;
import static org.striatum.cli.fuzz.FuzzTarget.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.striatum.cli.fuzz.FuzzTarget.Cost;
import org.striatum.datasets.FileProblems;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.HookedModel;
import org.striatum.peft.adapter.Adapter;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.peft.adapter.Provenance;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.peft.llm.LearnedGate;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.ValueProbe;
import org.striatum.studies.dopamine.ContinuedRollout;
import org.striatum.studies.fits.Fit;
import org.striatum.studies.fits.FitFile;
import org.striatum.studies.fits.Fits;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.run.NotedCheckpoint;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.shares.OwnShare;
import org.striatum.studies.shares.Share;
import org.striatum.studies.shares.Workplace;
import org.striatum.studies.shares.Workplace.Job;

/// Readers of run folders: manifest, rollouts, states, fits, results, learned gates, and what interrupted work left.
final class RunTargets {
  private static final HookPoint HOOK = HookPoint.residPost(2);
  private static final Sha256 KEY = Sha256.of(new byte[0]);
  private static final Work<double[]> WORK = Work.of("numbers", double[].class, 3, piece -> new double[]{piece, 0.5});
  private static final Mlp NETWORK = Mlp.random(new int[]{3, 4, 2}, new SplittableRandom(1));
  private static final Path RUN = SeedFiles.FOLDER.resolve("run");
  private static final String SETTINGS = "probe.settings.json";
  private static final String MANIFEST = "manifest.json";
  private static final String ROLLOUTS = "rollouts.jsonl";
  private static HookedModel reasoner;

  private RunTargets() {}

  static List<FuzzTarget> all() {
    return Stream.of(runs(), results(), gates(), interrupted(), commands()).flatMap(List::stream).toList();
  }

  private static List<FuzzTarget> runs() {
    return List.of(
        folder("manifest", RUN, MANIFEST, path -> RunFolder.read(path).close()),
        folder("rollouts-of-run", RUN, ROLLOUTS, path -> RolloutFile.read(path.resolve(ROLLOUTS))),
        folder("settings", RUN, SETTINGS, path -> FlatRecord.read(path.resolve(SETTINGS))),
        folder("store", FuzzRun::copy, "activations/index.json",
            path -> ActivationStore.open(path.resolve("activations")).close()),
        folder("noted-checkpoint", RUN, "checkpoint.path", path -> {
          try (RunFolder run = RunFolder.read(path)) {
            NotedCheckpoint.in(run);
          }
        }),
        folder("problem-sources", RunTargets::sources, ProblemSources.FILE, ProblemSources::of),
        file("continuations",
            to -> ContinuedRollout.write(to,
                List.of(new ContinuedRollout(3, new int[]{2, 4}, List.of("01", ""), new double[]{0.5, 0, 1, 2}))),
            path -> ContinuedRollout.read(path).forEach(RunTargets::use)),
        file("fits", RunTargets::fits, path -> {
          Fits fits = new Fits(path);
          fits.value("mul", HOOK, "reward");
          fits.linear("mul", HOOK, "reward");
          fits.scorer("mul", HOOK);
        }));
  }

  private static void use(ContinuedRollout rollout) {
    rollout.steps();
    rollout.continuations();
  }

  private static void sources(Path to) throws IOException {
    Path table = Files.writeString(Files.createDirectories(to).resolve("t.jsonl"),
        "{\"question\": \"1+1\", \"answer\": \"a #### 2\"}\n");
    new ProblemSources(List.of(FileProblems.read(table, FileProblems.Options.RECOGNISED, 1).source()))
        .write(to.resolve(ProblemSources.FILE));
  }

  private static void fits(Path file) throws IOException {
    Standardisation scale = new Standardisation(new double[2], new double[]{1, 1});
    FitFile.write(file, List.of(new Fit.Value("mul", HOOK, "reward",
        new ValueProbe(new float[6], new float[3], new float[3], 0.5f, scale), 7)), KEY);
  }

  /// The results of every study that seeds are kept of, read by their types.
  private static List<FuzzTarget> results() {
    return SeedFiles.all().stream().map(seed -> file("results-" + seed.name(), seed.file(), seed::read)).toList();
  }

  private static List<FuzzTarget> gates() {
    return List.of(
        folder("gate-card", RunTargets::gate, "gate.json", RunTargets::loadGate),
        folder("gate-vectors", RunTargets::gate, "gate.safetensors", path -> {
          Resealed.field(path.resolve("gate.json"), "tensors", path.resolve("gate.safetensors"));
          loadGate(path);
        }),
        folder("mnist-adapter", RunTargets::adapter, "adapter.json", path -> TrainedAdapter.load(path, NETWORK)),
        folder("mnist-adapter-values", RunTargets::adapter, "adapter.safetensors", path -> {
          Resealed.field(path.resolve("adapter.json"), "values", path.resolve("adapter.safetensors"));
          TrainedAdapter.load(path, NETWORK);
        }));
  }

  private static synchronized HookedModel reasoner() throws IOException {
    if (reasoner == null) {
      reasoner = HookedModel.open(REASONER, Optional.empty(), 1);
    }
    return reasoner;
  }

  private static void gate(Path to) throws IOException {
    LearnedGate.save(to.resolve("gate.safetensors"),
        new Gates(new TreeMap<>(Map.of(HOOK, Gate.identity(reasoner().model().width(HOOK))))), reasoner(), "mul",
        AdaptationArm.VALUE, 1, new TreeMap<>(Map.of("steps", "2")));
  }

  private static void loadGate(Path folder) throws IOException {
    LearnedGate.load(folder.resolve("gate.safetensors"), reasoner());
  }

  private static void adapter(Path to) throws IOException {
    Adapter adapter = new Adapter.LoRa(1, 2);
    SequencedMap<String, float[]> values = new LinkedHashMap<>();
    adapter.parameters(NETWORK.widths())
        .forEach(parameter -> values.put(parameter.name(), new float[parameter.size()]));
    new TrainedAdapter(adapter, NETWORK.sha256(), NETWORK.widths(), values,
        new Provenance("digits", 5, 1, new AdapterTraining(AdapterTraining.Optimizer.ADAM, 0.1, 2, 5), 2)).save(to);
  }

  private static List<FuzzTarget> interrupted() {
    return List.of(
        folder("pieces", RunTargets::pieces, "kept.partial", RunTargets::goOn),
        folder("pieces-resealed", RunTargets::pieces, "kept.partial", path -> {
          Resealed.journal(path.resolve("kept.partial"));
          goOn(path);
        }),
        folder("share", to -> Files.write(Files.createDirectories(to).resolve(Share.FILE),
            RecordJson.compact(Share.FORMAT,
                new Share("probe", "../run", KEY, new TreeMap<>(Map.of("numbers", List.of(0, 2)))))),
            Share.FILE, path -> OwnShare.in(path).run()));
  }

  private static void pieces(Path to) throws IOException {
    Files.createDirectories(to);
    goOn(to);
  }

  /// What interrupted work left is taken over, and the rest computed.
  private static void goOn(Path folder) throws IOException {
    Workplace.HERE.run(new Job("probe", folder, folder.resolve("kept.partial"), KEY, _ -> {}),
        pieces -> pieces.all(WORK));
  }

  /// Whole commands, which read what was made wrong as far as its checksums allow, or further where they are put right.
  private static List<FuzzTarget> commands() {
    return List.of(
        command("manifest-shown", MANIFEST, path -> FuzzRun.command("show", path)),
        command("results-shown", "results/probe.json", path -> {
          Resealed.output(path, "results/probe.json");
          FuzzRun.command("show", path);
        }),
        command("settings-verified", "results/probe.settings.json", path -> {
          Resealed.output(path, "results/probe.settings.json");
          FuzzRun.command("verify", path);
        }),
        command("results-reported", "results/probe.json", path -> {
          Resealed.output(path, "results/probe.json");
          FuzzRun.command("report", path);
        }));
  }

  private static FuzzTarget command(String name, String file, FuzzTarget.Reading reader) {
    return folder(name, FuzzRun::copy, file, reader).at(Cost.COMMAND);
  }
}
