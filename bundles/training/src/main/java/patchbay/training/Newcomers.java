package patchbay.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import patchbay.model.Mixture;
import patchbay.model.Model;
import patchbay.model.Multimodal;
import patchbay.tensor.Variables;

/** Experts and modalities that join a model in training: held back at first, so that the loss goes on where it was, and experts copies of others if asked for. */
record Newcomers(Variables before, Variables now, ExpertSlices experts, Map<String, float[]> values) {

    void join(Model model, Set<String> parameters) {
        for (var modality : model.rack().settings().task().modalities()) {
            var gate = Multimodal.gate(modality);
            if (!before.contains(gate)) {
                now.put(gate, now.type(gate), new float[1]);
            }
        }
        for (var name : names()) {
            for (var mixture : model.mixtures()) {
                holdBack(mixture + "." + Mixture.ADMISSION, experts.now().indexOf(name));
                var copied = experts.copies().get(name);
                if (copied != null) {
                    copy(mixture + ".experts.", copied, name, parameters);
                }
            }
        }
        values.forEach((name, given) -> now.put(name, now.type(name), given));
    }

    private List<String> names() {
        var names = new ArrayList<>(experts.now());
        names.removeAll(experts.before());
        return names;
    }

    private void holdBack(String admission, int expert) {
        if (now.contains(admission)) {
            var values = new float[now.type(admission).size()];
            now.read(admission, values);
            values[expert] = Mixture.UNHEARD;
            now.put(admission, now.type(admission), values);
        }
    }

    /** @param from an expert's number, whose values are a slice of those that share a plugin, or an extra's name */
    private void copy(String path, String from, String to, Set<String> parameters) {
        int slice = experts.was().sharing().indexOf(from);
        for (var name : parameters) {
            if (name.startsWith(path + to + ".")) {
                var local = name.substring(path.length() + to.length() + 1);
                copy(slice >= 0 ? path + local : path + from + "." + local, Math.max(0, slice), name);
            }
        }
    }

    /** What does not fit stays at its first values. */
    private void copy(String from, int slice, String to) {
        var type = now.type(to);
        if (before.contains(from) && before.type(from).size() % type.size() == 0 && (slice + 1) * type.size() <= before.type(from).size()) {
            var all = new float[before.type(from).size()];
            before.read(from, all);
            now.put(to, type, Arrays.copyOfRange(all, slice * type.size(), (slice + 1) * type.size()));
        }
    }
}
