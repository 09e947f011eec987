package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Task;
import patchbay.tensor.UserError;

class ExperimentTest {

    private static final ExperimentFolder OURS = new ExperimentFolder(Path.of("..", "..", "cnf", "experiments"));

    @TempDir
    Path folder;

    private static Experiment parse(String yaml, String... overrides) {
        return ExperimentReader.parse(yaml, "x.yaml", "x", List.of(overrides));
    }

    private static String error(String yaml, String... overrides) {
        var message = assertThrows(UserError.class, () -> parse(yaml, overrides)).getMessage();
        assertEquals(1, message.lines().count(), "one line: " + message);
        return message;
    }

    private static void assertError(String start, String part, String yaml, String... overrides) {
        var message = error(yaml, overrides);
        assertTrue(message.startsWith(start + ": ") && message.contains(part), message);
    }

    @Test
    void anEmptyFileIsTheDefaults() {
        assertEquals(Experiment.defaults().toYaml().replace("unnamed", "x"), parse("").toYaml());
        assertEquals(parse(""), parse("training:\n  # steps: 3\nswaps:\n"), "a key without a value leaves the default");
    }

    @Test
    void aFileIsLaidOverTheDefaults() {
        var experiment = parse("""
                seed: 7
                model: {dense: [0], norm: layer, dropout: 1e-1}
                training: {learning-rate: 1e-2}
                sockets:
                  layers.*.attention: full
                  layers.0.attention: {window: {size: 32, heads: [1, 2], scale: 1e-3, name: '1e-3'}}
                  position:
                    learned:
                swaps:
                  - {step: 10, socket: layers.*.moe.router, plugin: cosine}
                  - {step: 20, socket: position, plugin: rope, options: {base: 500.0}}
                """);
        assertEquals("x", experiment.name());
        assertEquals(7, experiment.seed());
        assertEquals(List.of("0"), experiment.model().dense());
        assertEquals(ModelSettings.Norm.layer, experiment.model().norm());
        assertEquals(ModelSettings.defaults().dim(), experiment.model().dim());
        assertEquals(1e-2, experiment.training().learningRate());
        assertEquals(List.of("layers.*.attention", "layers.0.attention", "position"),
                List.copyOf(experiment.sockets().sockets().keySet()), "in order, because later entries win");
        assertEquals(new Plug("window", Map.of("size", 32, "heads", List.of(1, 2), "scale", 1e-3, "name", "1e-3")),
                experiment.sockets().at("layers.0.attention").orElseThrow());
        assertEquals(Plug.of("full"), experiment.sockets().at("layers.1.attention").orElseThrow());
        assertEquals(Plug.of("cosine"), experiment.swaps().get(0).plug());
        assertEquals(Map.of("base", 500.0), experiment.swaps().get(1).options());
    }

    @Test
    void overridesAreLaidOverTheFile() {
        var experiment = parse("training: {steps: 5}\n", "training.steps=100", "data.path=", "data.source=text", "model.dense=all",
                "sockets.layers.*.moe.router={top-k: {noisy: true}}", "swaps=[{step: 3, socket: position, plugin: rope}]",
                "training.learning-rate=5e-3", "name=a=b", "samples.prompts=['dog (noun): ']");
        assertEquals(100, experiment.training().steps());
        assertEquals("", experiment.data().path());
        assertEquals(List.of("all"), experiment.model().dense());
        assertEquals(new Plug("top-k", Map.of("noisy", true)), experiment.sockets().at("layers.2.moe.router").orElseThrow());
        assertEquals(1, experiment.swaps().size());
        assertEquals(5e-3, experiment.training().learningRate());
        assertEquals("a=b", experiment.name());
        assertEquals(List.of("dog (noun): "), experiment.samples().prompts());
    }

    @Test
    void anOverriddenSocketCountsLast() {
        var sockets = parse("sockets: {layers.0.attention: a, layers.*.attention: b}", "sockets.layers.0.attention=c").sockets();
        assertEquals(Plug.of("c"), sockets.at("layers.0.attention").orElseThrow());
        assertEquals(Plug.of("b"), sockets.at("layers.1.attention").orElseThrow());
    }

    @Test
    void unknownKeysNameTheNearest() {
        assertError("x.yaml:3:3", "unknown key 'step' under 'training'; did you mean 'steps'?", "seed: 1\ntraining:\n  step: 5\n");
        assertError("x.yaml:1:9", "unknown key 'lyers' under 'model'; did you mean 'layers'?", "model: {lyers: 5}");
        assertError("x.yaml:2:1", "unknown key 'modle'; did you mean 'model'?", "seed: 1\nmodle:\n  layers: 5\n");
        assertError("x.yaml:1:19", "unknown key 'plugins' under 'swaps.0'; did you mean 'plugin'?",
                "swaps: [{step: 5, plugins: a, socket: b, plugin: a}]");
        assertError("override 'training.step=5'", "did you mean 'steps'?", "", "training.step=5");
        assertError("override 'trainin.steps=5'", "did you mean 'training'?", "", "trainin.steps=5");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "training: {steps: abc}|1:19|training.steps wants a whole number, not \"abc\"",
            "training: {steps: 1.5}|1:19|training.steps wants a whole number, not 1.5",
            "training: {steps: '5'}|1:19|training.steps wants a whole number, not \"5\"",
            "training: {steps: 99999999999}|1:19|training.steps wants",
            "training: {steps: true}|1:19|training.steps wants a whole number, not true",
            "training: {steps: [5, 6]}|1:19|training.steps wants a whole number",
            "training: {clip: high}|1:18|training.clip wants a number, not \"high\"",
            "model: {tied: 1}|1:15|model.tied wants true or false, not 1",
            "model: {tied: maybe}|1:15|model.tied wants true or false, not \"maybe\"",
            "model: {norm: batch}|1:15|model.norm wants one of rms, layer, not \"batch\"",
            "model: {weights: fp8}|1:18|model.weights wants one of f32, bf16, f16, not \"fp8\"",
            "model: {norm: 1}|1:15|model.norm wants one of rms, layer, not 1",
            "model: 5|1:8|model wants keys with values, not 5",
            "sockets: full|1:10|sockets wants sockets with their plugins, not \"full\"",
            "sockets: {position: 5}|1:21|position wants a plugin's name",
            "sockets: {position: }|1:20|position wants a plugin's name",
            "sockets: {position: {a: {}, b: {}}}|1:21|position wants a plugin's name",
            "sockets: {position: {rope: 5}}|1:21|position wants a plugin's name",
            "swaps: [{step: 5, socket: a}]|1:9|the key 'plugin' is missing",
            "swaps: [{step: x, socket: a, plugin: b}]|1:16|swaps.0.step wants a whole number",
            "swaps: [5]|1:9|swaps.0 wants keys with values, not 5",
            "samples: {prompts: {a: b}}|1:20|samples.prompts wants a text",
            "samples: {prompts: [a, ~]}|1:24|has no value",
            "name: [a, b]|1:7|name wants a text",
    })
    void illTypedValuesNameTheirPlaceAndTheWantedType(String yaml, String place, String part) {
        assertError("x.yaml:" + place, part, yaml);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "model: {experts: 0}|1:18|experts must be at least 1, not 0",
            "model: {k: 9}|1:12|k is 9, but a layer has only 8 experts",
            "model: {k: 0}|1:12|k must be at least 1, not 0",
            "model: {dim: 130, heads: 4}|1:14|4 heads do not divide",
            "model: {context: 0}|1:18|context must be at least 1",
            "model: {dropout: 1.0}|1:18|dropout must be",
            "model: {dense: [4]}|1:16|'4'",
            "training: {steps: -1}|1:19|steps must be at least 0, not -1",
            "training: {learning-rate: 0}|1:27|learning-rate must be greater than 0, not 0.0",
            "training: {clip: 1e999}|1:18|clip must be at least 0",
            "training: {minimum-learning-rate: 1.0}|1:35|minimum-learning-rate must be from 0 to",
            "data: {validation: 1.0}|1:20|data.validation is 1.0",
            "samples: {top-p: 0.0}|1:18|top-p must be greater than 0",
            "swaps: [{step: 2000, socket: position, plugin: rope}]|1:8|beyond the end: training.steps is 2000",
            "swaps: [{step: 0, socket: position, plugin: rope}]|1:9|at least 1, not 0",
            "name: ''|1:7|name is empty",
    })
    void valuesOutOfRangeNameTheirPlaceAndTheRange(String yaml, String place, String part) {
        assertError("x.yaml:" + place, part, yaml);
    }

    @Test
    void aGroupThatIsOverriddenHasTheDefaultsWhereItSaysNothing() {
        var file = "model: {dim: 128, task: {kind: retrieve, modalities: [image, text], queue: 64}}";
        var experiment = parse(file, "model.task={kind: classify, modalities: [image]}");
        assertEquals(Task.Kind.classify, experiment.model().task().kind());
        assertEquals(0, experiment.model().task().queue());
        assertEquals(128, experiment.model().dim());
        assertEquals(Experiment.defaults().model().dim(), parse(file, "model={task: {kind: classify, modalities: [image]}}").model().dim());
    }

    @Test
    void overridesAreCheckedToo() {
        assertError("override 'training.steps=-3'", "at least 0", "training: {steps: 5}", "training.steps=-3");
        assertError("x.yaml:1:8", "beyond the end", "swaps: [{step: 5, socket: position, plugin: rope}]", "training.steps=1");
        assertError("override 'training.steps=abc'", "whole number", "", "training.steps=abc");
        assertError("override 'training=5'", "keys with values", "", "training=5");
        assertError("override 'seed.x=5'", "seed wants a whole number", "", "seed.x=5");
        assertError("override 'training.steps'", "key=value", "", "training.steps");
        assertError("override '=5'", "key=value", "", "=5");
        assertError("override 'training.steps={':1:2", "malformed", "", "training.steps={");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "training: {steps: 5|1:20|malformed YAML",
            "training:\\n  steps: 5\\n seed: 1|3:2|malformed YAML",
            "a: b: c|1:5|malformed YAML",
            "name: \"open|1:12|malformed YAML",
            "name: x\\n\\tb: 1|2:1|malformed YAML",
            "training: {clip: .nan}|1:22|malformed YAML",
            "seed: 1\\nseed: 2|2:1|the key 'seed' is there twice",
            "seed: 1\\n---\\nseed: 2|3:1|second document",
            "name: &a x\\nmodel: *a|2:8|aliases",
            "[1, 2]|1:1|keys with values",
            "hello|1:1|keys with values",
    })
    void malformedYamlIsShownWithLineAndColumn(String yaml, String place, String part) {
        assertError("x.yaml:" + place, part, yaml.replace("\\n", "\n").replace("\\t", "\t"));
    }

    @Test
    void aFrozenExperimentReadsBackAsItself() {
        var experiment = parse("""
                name: "# odd: 'name'\\n"
                seed: 9007199254740993
                model: {dense: [0, 2], dropout: 0.1}
                sockets:
                  "*.router": {top-k: {noisy: true, scale: 1e-3, text: "1e-3", "null": "true", big: 12345678901, list: [a, {b: 1}]}}
                training: {learning-rate: 3.0e-4, epsilon: 1e-12}
                swaps: [{step: 5, socket: position, plugin: learned, options: {a: "yes"}}]
                samples: {prompts: ["dog (noun): ", "*x", "ü𝄞", "multi\\nline", "0x10", "on", "~"]}
                """);
        var frozen = experiment.toYaml();
        assertEquals(experiment, parse(frozen), frozen);
        assertEquals(frozen, parse(frozen).toYaml());
    }

    @ParameterizedTest
    @ValueSource(strings = {"quickstart", "shakespeare", "shakespeare-moe"})
    void oursAreValid(String name) {
        var experiment = Experiment.read(OURS.find(name), List.of());
        assertEquals(name, experiment.name());
        assertEquals(experiment, parse(experiment.toYaml()));
    }

    @Test
    void experimentsAreFoundByNameOrPath() throws IOException {
        Files.writeString(folder.resolve("mine.yaml"), "seed: 3");
        var here = new ExperimentFolder(folder);
        assertEquals(3, Experiment.read(here.find("mine"), List.of()).seed());
        assertEquals("mine", Experiment.read(here.find(folder.resolve("mine.yaml").toString()), List.of()).name());
        assertTrue(assertThrows(UserError.class, () -> here.find("mien")).getMessage().contains("did you mean 'mine'"));
        assertThrows(UserError.class, () -> here.find(folder + "/no.yaml"));
        assertThrows(UserError.class, () -> new ExperimentFolder(folder.resolve("no")).find("mine"));
        Files.write(folder.resolve("latin.yaml"), "name: é".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(assertThrows(UserError.class, () -> Experiment.read(here.find("latin"), List.of())).getMessage().contains("not UTF-8"));
    }
}
