package patchbay.lab.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.UserError;

class SearchReaderTest {

    private static Search parse(String text) {
        return SearchReader.parse(text, "s.yaml", "s");
    }

    @Test
    void aGridIsMultipliedOutAndNamedArmsFollow() {
        var search = parse("""
                base: quickstart
                grid:
                  sockets.layers.*.moe.router: [top-k, {cosine: {projection: 4}}]
                  model.k: [1, 2]
                arms:
                  plain: {}
                  wide: {model.hidden: 512, model.dense: [all]}
                """);
        assertEquals(List.of("router=top-k k=1", "router=top-k k=2", "router=cosine projection=4 k=1", "router=cosine projection=4 k=2", "plain", "wide"),
                search.arms().stream().map(Settings::name).toList());
        assertEquals(List.of("sockets.layers.*.moe.router={\"cosine\":{\"projection\":4}}", "model.k=2"), search.arms().get(3).overrides());
        assertEquals(List.of("model.hidden=512", "model.dense=[\"all\"]"), search.arms().get(5).overrides());
        assertEquals("cosine", search.arms().get(3).plugins().get("sockets.layers.*.moe.router"));
    }

    @Test
    void severalGridsStandBesideEachOther() {
        var search = parse("{base: b, grid: [{model.k: [1, 2]}, {model.experts: [4, 8], model.hidden: [32]}]}");
        assertEquals(List.of("k=1", "k=2", "experts=4 hidden=32", "experts=8 hidden=32"), search.arms().stream().map(Settings::name).toList());
    }

    @Test
    void whatIsNotSaidHasDefaults() {
        var search = parse("{base: b, arms: {a: {}}}");
        assertEquals(new Search("s", "b", List.of(1L, 2L, 3L), 1, 0, 0, Optional.empty(), false, 0.05, 0.75, 0.5, search.arms()), search);
        var all = parse("{name: n, base: b, seeds: [7], halving: 3, first-rung: 10, budget: 900, baseline: a, active-compute: equal, tolerance: 0.1, "
                + "stop: {collapsed: 0, behind: 1}, arms: {a: {}}}");
        assertEquals(new Search("n", "b", List.of(7L), 3, 10, 900, Optional.of("a"), true, 0.1, 0, 1, all.arms()), all);
        assertEquals(1, parse("{base: b, halving: none, arms: {a: {}}}").halving());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "bse: b                                    | s.yaml:1:1: unknown key 'bse'; did you mean 'base'?",
        "arms: {a: {}}                             | s.yaml: the key 'base' is missing",
        "base: b                                   | s.yaml: has no arm",
        "[a, b]                                    | s.yaml:1:1: a search is keys with values",
        "{base: b, arms: {a: {model.kk: 1}}}       | s.yaml:1:22: unknown key 'model.kk'; did you mean 'model.k'?",
        "{base: b, arms: {a: {seed: 1}}}           | s.yaml:1:22: 'seed' is no arm's to set",
        "{base: b, arms: {a: {training.steps: 1}}} | s.yaml:1:22: 'training.steps' is no arm's to set",
        "{base: b, arms: {a: 3}}                   | s.yaml:1:21: arms.a wants settings",
        "{base: b, arms: [a]}                      | s.yaml:1:17: arms wants names with settings",
        "{base: b, grid: {model.k: 1}}             | s.yaml:1:27: grid.model.k wants a list of values",
        "{base: b, grid: {model.k: [1, 1]}}        | s.yaml:1:17: there are two arms 'k=1'",
        "{base: b, grid: 3}                        | s.yaml:1:17: grid wants keys with lists",
        "{base: b, seeds: [1, 1], arms: {a: {}}}   | s.yaml:1:18: seeds wants a list of different whole numbers",
        "{base: b, seeds: [x], arms: {a: {}}}      | s.yaml:1:19: seeds.0 wants a whole number, not",
        "{base: b, halving: 1, arms: {a: {}}}      | s.yaml:1:20: halving wants a whole number of at least 2, not 1",
        "{base: b, budget: 1.5, arms: {a: {}}}     | s.yaml:1:19: budget wants a whole number of at least 1, not 1.5",
        "{base: b, tolerance: -1, arms: {a: {}}}   | s.yaml:1:22: tolerance wants a number of at least 0, not -1",
        "{base: b, stop: {ahead: 1}, arms: {a: {}}} | s.yaml:1:18: unknown key 'ahead'",
        "{base: b, stop: 1, arms: {a: {}}}         | s.yaml:1:17: stop wants collapsed and behind",
        "{base: b, baseline: c, arms: {abc: {}}}   | s.yaml:1:21: baseline: unknown arm 'c'; did you mean 'abc'?",
        "{base: b, active-compute: same, arms: {a: {}}} | s.yaml:1:27: active-compute: 'same' is neither 'any' nor 'equal'",
        "{base: 3, arms: {a: {}}}                  | s.yaml:1:8: base wants a text, not 3",
        "{base: b, arms: {                         | s.yaml:1:",
    })
    void everyMistakeIsToldInOneLineWithItsPlace(String text, String message) {
        var error = assertThrows(UserError.class, () -> parse(text));
        assertTrue(error.getMessage().startsWith(message), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }
}
