package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.studies.about.AboutResults;
import org.striatum.studies.results.StudyResults;

/// The neurons that have a page, best first.
///
/// @param pages by neuron
/// @param about what was told of neurons; null in a run without
record NeuronPages(SequencedMap<NeuronId, NeuronPage> pages, AboutResults about) {
  /// The most neurons with a page, so that a report stays small for every model.
  static final int MOST = 24;
  /// The most neurons from one list.
  private static final int OF_A_LIST = 6;

  NeuronPages {
    pages = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(pages));
  }

  /// The neurons that a report shows: alternately the best of each list, of value neurons at each dataset's chosen hook
  /// point, of those significant or tested as dopamine neurons at theirs, of the sets fixed before an intervention, and of
  /// those that learned gates changed most.
  static List<NeuronId> named(StudyResults results) {
    return List.copyOf(found(results).keySet());
  }

  /// The same, each with the dataset that it was found for first.
  private static SequencedMap<NeuronId, String> found(StudyResults results) {
    List<Listed> lists = lists(results);
    SequencedMap<NeuronId, String> found = new LinkedHashMap<>();
    for (int place = 0; place < OF_A_LIST; place++) {
      for (Listed list : lists) {
        if (place < list.neurons.size() && found.size() < MOST) {
          found.putIfAbsent(list.neurons.get(place), list.dataset);
        }
      }
    }
    return found;
  }

  /// Neurons, best first, and the dataset that they were found on.
  private record Listed(String dataset, List<NeuronId> neurons) {}

  private static List<Listed> lists(StudyResults results) {
    List<Listed> lists = new ArrayList<>();
    if (results.values() != null) {
      for (Selection selection : Selection.all(results.values())) {
        lists.add(new Listed(selection.dataset(), selection.layer().top().stream()
            .map(neuron -> new NeuronId(selection.hook(), neuron.coordinate())).toList()));
      }
    }
    if (results.dopamine() != null) {
      for (DatasetSteps dataset : results.dopamine().datasets()) {
        results.dopamine().chosen(dataset.dataset())
            .ifPresent(layer -> lists.add(new Listed(dataset.dataset(), DopamineFigures.significantFirst(layer)
                .map(TestedNeuron::coordinate).map(coordinate -> new NeuronId(layer.hook(), coordinate)).toList())));
      }
    }
    for (InterventionResults named : results.interventions().values()) {
      for (Intervention intervention : named.interventions()) {
        if (intervention.primary()) {
          for (LayerSet layer : intervention.layers()) {
            lists.add(new Listed(intervention.dataset(),
                layer.coordinates().stream().map(coordinate -> new NeuronId(layer.hook(), coordinate)).toList()));
          }
        }
      }
    }
    for (AdaptationResults adaptation : results.adaptations()) {
      lists.add(new Listed(adaptation.ranked(), new AdaptationFigures(adaptation, 1).mostChanged().stream()
          .map(AdaptationFigures.Changed::neuron).distinct().toList()));
    }
    return lists;
  }

  /// One page per neuron.
  ///
  /// @param readings of any of them
  static NeuronPages of(StudyResults results, List<CoordinateReading> readings) {
    SequencedMap<NeuronId, NeuronPage> pages = new LinkedHashMap<>();
    found(results).forEach((neuron, dataset) -> pages.put(neuron, NeuronPage.of(neuron, dataset, results,
        readings.stream().filter(reading -> reading.neuron().equals(neuron)).toList(), pages.size() + 1)));
    return new NeuronPages(pages, results.about());
  }

  /// Every page.
  List<NeuronPage> all() {
    return List.copyOf(pages.values());
  }

  /// The anchor of a neuron's page; null if it has none.
  String anchor(HookPoint hook, int coordinate) {
    NeuronPage page = pages.get(new NeuronId(hook, coordinate));
    return page == null ? null : page.anchor();
  }

  String anchor(NeuronId neuron) {
    return anchor(neuron.hook(), neuron.coordinate());
  }
}
