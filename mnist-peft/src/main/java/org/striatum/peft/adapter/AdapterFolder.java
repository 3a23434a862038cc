package org.striatum.peft.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// A trained adapter on disk: `adapter.json` (kind, settings, network, provenance) and `adapter.safetensors` (the values).
final class AdapterFolder {
  private static final FileFormat FORMAT = new FileFormat("adapters", 1);
  private static final String JSON = "adapter.json";
  private static final String VALUES = "adapter.safetensors";

  private AdapterFolder() {}

  /// What `adapter.json` holds.
  ///
  /// @param values checksum of the values file
  private record Description(Adapter adapter, Sha256 base, int[] widths, Provenance provenance, Sha256 values) {
    Description {
      if (adapter == null || base == null || widths == null || provenance == null || values == null) {
        throw new IllegalArgumentException(
            "an adapter's description must say its adapter, base, widths, provenance and values");
      }
    }
  }

  static List<Path> save(Path folder, TrainedAdapter trained) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(VALUES);
    List<Parameter> parameters = trained.adapter().parameters(trained.widths());
    List<Declared> declared = parameters.stream()
        .map(parameter -> new Declared(parameter.name(), DType.F32, shape(parameter))).toList();
    try (SafetensorsWriter writer = new SafetensorsWriter(file, declared, FORMAT.metadata())) {
      for (Parameter parameter : parameters) {
        writer.append(parameter.name(), trained.values().get(parameter.name()), 0, parameter.size());
      }
    }
    Path json = folder.resolve(JSON);
    RecordJson.write(json, FORMAT, new Description(trained.adapter(), trained.base(), trained.widths(),
        trained.provenance(), Sha256.of(file)));
    return List.of(json, file);
  }

  static TrainedAdapter load(Path folder, Mlp network) throws IOException {
    Description description = RecordJson.read(folder.resolve(JSON), FORMAT, Description.class);
    Optional<String> other = TrainedAdapter.otherThan(network, description.widths, description.base);
    if (other.isPresent()) {
      throw new UsageException(folder + ": " + other.get());
    }
    if (!description.adapter.fits(description.widths)) {
      throw new BadDataException(folder.resolve(JSON) + ": " + description.adapter.name() + " does not fit widths "
          + Arrays.toString(description.widths) + ": train the adapter again");
    }
    return new TrainedAdapter(description.adapter, description.base, description.widths,
        values(folder.resolve(VALUES), description), description.provenance);
  }

  private static SequencedMap<String, float[]> values(Path file, Description description) throws IOException {
    SequencedMap<String, float[]> values = new LinkedHashMap<>();
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      FORMAT.require(tensors.metadata(), file.toString());
      if (!Sha256.of(file).equals(description.values)) {
        throw new BadDataException(file + " is not the file that " + JSON + " next to it describes: save both again");
      }
      for (Parameter parameter : description.adapter.parameters(description.widths)) {
        float[] found = tensors.f32(parameter.name(), shape(parameter));
        Optional<String> notFinite = parameter.notFinite(found);
        if (notFinite.isPresent()) {
          throw new BadDataException(file + ": " + notFinite.get() + ": train the adapter again");
        }
        values.put(parameter.name(), found);
      }
      if (tensors.tensors().size() != values.size()) {
        throw new BadDataException(file + ": " + description.adapter.name() + " has the parameters " + values.keySet()
            + ", found " + tensors.tensors().keySet() + ": train the adapter again");
      }
    }
    return values;
  }

  private static List<Long> shape(Parameter parameter) {
    return Arrays.stream(parameter.shape()).mapToObj(dimension -> (long) dimension).toList();
  }
}
