package org.striatum.hooks.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where a model lies: a checkpoint folder or an ONNX file, and the adapter that changes it, if there is one.
///
/// @param base a Hugging Face folder, or an ONNX file
/// @param adapter a PEFT folder; it may be the base's own
public record ModelSource(Path base, Optional<Path> adapter) {
  private static final String NAMES_BASE = "base_model_name_or_path";

  /// The model that a path means, without more said: a folder with an adapter means the adapter over its base, which lies
  /// beside it or where the adapter's `base_model_name_or_path` leads.
  ///
  /// @throws CheckpointException if an adapter's base is not there
  public static ModelSource of(Path path) throws CheckpointException {
    Path folder = HubCache.snapshot(path);
    if (!LoraAdapter.isIn(folder)) {
      return new ModelSource(path, Optional.empty());
    }
    if (!Files.isRegularFile(folder.resolve(LoraAdapter.CONFIG))) {
      throw new CheckpointException(folder + " holds an adapter's weights without " + LoraAdapter.CONFIG
          + ": download it too");
    }
    Optional<Path> named = named(folder);
    boolean beside = Files.exists(folder.resolve("config.json")) && WeightFiles.areIn(folder);
    if (beside && named.isPresent() && isOther(folder, named.get())) {
      throw new AdapterBaseException(folder + " holds an adapter beside weights, and names " + named.get()
          + " as its base: which of the two it belongs to is not known");
    }
    if (!beside && named.isEmpty()) {
      throw new AdapterBaseException(folder + " holds an adapter, and its " + NAMES_BASE + " ("
          + ModelConfig.read(folder.resolve(LoraAdapter.CONFIG)).text(NAMES_BASE, "absent")
          + ") is no folder here: the folder of its base is needed");
    }
    return new ModelSource(beside ? folder : named.orElseThrow(), Optional.of(folder));
  }

  /// An adapter over a base that is given.
  ///
  /// @throws CheckpointException if the folder holds no adapter
  public static ModelSource of(Path base, Path adapter) throws CheckpointException {
    Path folder = HubCache.snapshot(adapter);
    if (!LoraAdapter.isIn(folder)) {
      throw new CheckpointException(adapter + " holds no adapter (" + LoraAdapter.CONFIG + ")");
    }
    Path under = HubCache.snapshot(base);
    if (LoraAdapter.isIn(under) && !under.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
      throw new CheckpointException(base + " holds an adapter itself: one adapter over one base is read");
    }
    return new ModelSource(base, Optional.of(folder));
  }

  /// The folder that an adapter names as its base, from here or from the adapter's own folder.
  private static Optional<Path> named(Path adapter) throws CheckpointException {
    String name = ModelConfig.read(adapter.resolve(LoraAdapter.CONFIG)).text(NAMES_BASE, "");
    if (name.isBlank() || name.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    for (Path candidate : new Path[]{Path.of(name), adapter.resolve(name)}) {
      if (Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static boolean isOther(Path folder, Path named) {
    return !folder.toAbsolutePath().normalize().equals(named.toAbsolutePath().normalize());
  }

  /// The folders that its files lie in: the base's, then the adapter's.
  ///
  /// @throws CheckpointException if one names a revision that is not there
  public List<Path> folders() throws CheckpointException {
    List<Path> folders = new ArrayList<>(List.of(folder(base)));
    if (adapter.isPresent()) {
      folders.add(folder(adapter.get()));
    }
    return folders;
  }

  private static Path folder(Path place) throws CheckpointException {
    return Files.isRegularFile(place) ? place.toAbsolutePath().getParent() : HubCache.snapshot(place);
  }

  /// Its name, for people and for folders: the base's, and the adapter's behind it.
  public String name() {
    String name = HubCache.name(base);
    return adapter.isEmpty() || !isOther(base, adapter.get()) ? name : name + "+" + HubCache.name(adapter.get());
  }

  @Override
  public String toString() {
    return adapter.isEmpty() ? base.toString() : adapter.get() + " over " + base;
  }
}
