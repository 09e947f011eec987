package patchbay.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.RunFolder;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Socket;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.training.checkpoint.Checkpoint;
import patchbay.training.checkpoint.CheckpointFolder;
import patchbay.weights.safetensors.HostTensor;
import patchbay.weights.safetensors.SafetensorsFile;
import patchbay.weights.safetensors.SafetensorsWriter;

/**
 * An expert that another run has trained, for every mixture layer of a model that it is to join.
 *
 * @param name what it is called there
 * @param origin {@code RUN:PATH}
 * @param tensors its parameters, by the names that they have there
 * @param sha256 of the file that holds them
 */
record ImportedExpert(String name, String origin, Plug plug, List<HostTensor> tensors, String sha256) {

    private static final Pattern PATH = Pattern.compile("layers\\.(\\d+)\\.(?:moe\\.experts\\.([^.]+)|(feed-forward))");
    private static final String DENSE = "feed-forward";

    /** The last checkpoint of the other run, and what was in its sockets. */
    private record Source(RunFolder folder, ModelSettings model, List<Fitted> sockets, SafetensorsFile file) {

        Fitted at(String socket) {
            return sockets.stream().filter(fitted -> fitted.socket().equals(socket)).findFirst().orElseThrow(() ->
                    UserError.unknown("socket of run " + folder.id(), socket, sockets.stream().map(Fitted::socket).toList()));
        }
    }

    /**
     * Reads it out of the last checkpoint of {@code other}.
     *
     * @param path see {@link Run#importExpert}
     * @param decoder the model that it is to join, without it
     */
    static ImportedExpert read(RunFolder other, String path, String name, Decoder decoder) {
        var checkpoint = new CheckpointFolder(other.checkpoints()).latest().checkpoint()
                .orElseThrow(() -> new UserError("run " + other.id() + " has no checkpoint to take an expert from"));
        var state = CheckpointState.of(checkpoint);
        var extras = state.sockets().stream().flatMap(fitted -> Socket.extraName(fitted.socket()).stream()).distinct().toList();
        var begun = Experiment.read(other.experiment(), List.of()).model();
        var model = state.model(begun).withExtras(extras, begun.k());
        try (var file = checkpoint.file(Checkpoint.PARAMETERS)) {
            var source = new Source(other, model, state.sockets(), file);
            var tensors = new ArrayList<HostTensor>();
            var plugs = new ArrayList<Plug>();
            for (var mixture : decoder.mixtures()) {
                plugs.add(take(source, path, mixture, name, tensors));
            }
            if (plugs.stream().distinct().count() != 1) {
                throw new UserError(other.id() + ":" + path + " is not of one kind: " + String.join(", ", plugs.stream().distinct().map(Plug::toString).toList()));
            }
            return new ImportedExpert(name, other.id() + ":" + path, plugs.getFirst(), tensors, "");
        }
    }

    /** Adds what becomes of it in one mixture layer. */
    private static Plug take(Source source, String path, String mixture, String name, List<HostTensor> into) {
        var single = PATH.matcher(path);
        var layer = single.matches() ? single.group(1) : mixture.replaceAll("\\D", "");
        var expert = single.matches() ? Optional.ofNullable(single.group(2)).orElse(DENSE) : path;
        var target = mixture + ".experts." + name + ".";
        if (expert.equals(DENSE)) {
            var socket = "layers." + layer + "." + DENSE;
            whole(source, socket, target, into);
            return source.at(socket).plug();
        }
        var names = source.model().expertNames();
        if (!names.contains(expert)) {
            throw UserError.unknown("expert of run " + source.folder().id(), expert, names);
        }
        var socket = "layers." + layer + ".moe.experts";
        if (source.model().extras().contains(expert)) {
            whole(source, socket + "." + expert, target, into);
            return source.at(socket + "." + expert).plug();
        }
        var plug = source.at(socket).plug();
        slices(source, socket, expert, target, into);
        return plug;
    }

    private static void whole(Source source, String socket, String target, List<HostTensor> into) {
        for (var entry : source.file().tensors()) {
            if (entry.name().startsWith(socket + ".")) {
                var tensor = source.file().host(entry.name());
                into.add(new HostTensor(target + entry.name().substring(socket.length() + 1), tensor.dtype(), tensor.shape(), tensor.array()));
            }
        }
    }

    private static void slices(Source source, String socket, String expert, String target, List<HostTensor> into) {
        var sharing = source.model().sharing();
        for (var entry : source.file().tensors()) {
            var name = entry.name();
            if (!name.startsWith(socket + ".") || source.model().extras().stream().anyMatch(extra -> name.startsWith(socket + "." + extra + "."))) {
                continue;
            }
            if (entry.shape().isEmpty() || entry.shape().getFirst() != sharing.size()) {
                throw new UserError("expert " + expert + " of run " + source.folder().id() + " shares " + name + " with others: it cannot be taken alone");
            }
            var all = source.file().floats(name);
            int size = all.length / sharing.size();
            int from = sharing.indexOf(expert) * size;
            var shape = entry.shape().subList(1, entry.shape().size()).stream().mapToInt(Math::toIntExact).toArray();
            into.add(HostTensor.of(target + name.substring(socket.length() + 1), shape, Arrays.copyOfRange(all, from, from + size)));
        }
    }

    /**
     * Refuses it unless it has just the parameters that it would have in the model.
     *
     * @param parameters the model's, with it
     */
    void check(Map<String, Shape> parameters) {
        var given = new TreeMap<String, String>();
        tensors.forEach(tensor -> given.put(tensor.name(), tensor.shape().toString()));
        var wanted = new TreeMap<String, String>();
        parameters.forEach((parameter, shape) -> {
            if (parameter.contains(".moe.experts." + name + ".")) {
                wanted.put(parameter, Arrays.stream(shape.dims()).boxed().toList().toString());
            }
        });
        for (var parameter : wanted.keySet()) {
            if (!wanted.get(parameter).equals(given.get(parameter))) {
                throw new UserError("expert " + origin + " does not fit: " + parameter + " is " + wanted.get(parameter) + " here and "
                        + Optional.ofNullable(given.get(parameter)).orElse("nothing") + " there");
            }
        }
        given.keySet().removeAll(wanted.keySet());
        if (!given.isEmpty()) {
            throw new UserError("expert " + origin + " does not fit: it has " + given.firstKey() + " " + given.get(given.firstKey()) + ", which nothing here asks for");
        }
    }

    /** @return with the hash of the file in the run's folder that holds its values */
    ImportedExpert keep(RunFolder folder) {
        try {
            Files.createDirectories(folder.imports());
            var written = folder.imports().resolve("new.safetensors");
            var hash = SafetensorsWriter.write(written, tensors, Map.of("from", origin));
            Files.move(written, file(folder, hash), StandardCopyOption.REPLACE_EXISTING);
            return new ImportedExpert(name, origin, plug, tensors, hash);
        } catch (IOException e) {
            throw new UserError("cannot keep expert " + origin + " in " + folder.imports() + ": " + e.getMessage(), e);
        }
    }

    private static Path file(RunFolder folder, String sha256) {
        return folder.imports().resolve(sha256 + ".safetensors");
    }

    Map<String, float[]> values() {
        return values(tensors);
    }

    /** The values that a run has kept. */
    static Map<String, float[]> kept(RunFolder folder, String sha256) {
        try (var file = SafetensorsFile.open(file(folder, sha256))) {
            return values(file.all());
        }
    }

    private static Map<String, float[]> values(List<HostTensor> tensors) {
        var values = new TreeMap<String, float[]>();
        tensors.forEach(tensor -> values.put(tensor.name(), (float[]) tensor.array()));
        return values;
    }
}
