package patchbay.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import patchbay.tensor.UserError;

class OptionsTest {

    enum Kind { PLAIN, VERY_FANCY }

    @interface All {
        int wholeNumber() default 3;

        long large() default 4;

        float rate() default 0.5f;

        double ratio() default 0.25;

        boolean on() default false;

        String text() default "a";

        Kind kind() default Kind.PLAIN;
    }

    @interface Needed {
        int size();
    }

    @Test
    void defaultsWhereNothingIsGiven() {
        var options = Options.of(All.class, Map.of(), "here");
        assertEquals(3, options.wholeNumber());
        assertEquals(Kind.PLAIN, options.kind());
        assertEquals(List.of("kind", "large", "on", "rate", "ratio", "text", "whole-number"), List.copyOf(Options.defaults(All.class).keySet()));
    }

    @Test
    void valuesAndTextThatReadsAsValues() {
        var values = Options.of(All.class, Map.of("whole-number", 7, "large", 8L, "rate", 1, "ratio", 1e-3, "on", true, "text", "b"), "here");
        assertEquals(7, values.wholeNumber());
        assertEquals(8, values.large());
        assertEquals(1f, values.rate());
        assertEquals(1e-3, values.ratio());
        assertTrue(values.on());
        assertEquals("b", values.text());
        var text = Options.of(All.class, Map.of("whole-number", " 7 ", "rate", "1e-2", "on", "true", "kind", "very-fancy"), "here");
        assertEquals(7, text.wholeNumber());
        assertEquals(1e-2f, text.rate());
        assertTrue(text.on());
        assertEquals(Kind.VERY_FANCY, text.kind());
    }

    @ParameterizedTest
    @CsvSource({"whole-number, 1.5", "whole-number, 99999999999", "whole-number, ''", "rate, fast", "rate, NaN", "rate, 1e99", "ratio, Infinity",
        "on, yes", "kind, fancy", "kind, VERY_FANCY"})
    void whatDoesNotFitIsToldWithOptionValueAndPlace(String name, String value) {
        var error = assertThrows(UserError.class, () -> Options.of(All.class, Map.of(name, value), "router x at y"));
        assertTrue(error.getMessage().contains(name) && error.getMessage().contains("'" + value + "'")
                && error.getMessage().contains("router x at y"), error.getMessage());
    }

    @Test
    void anUnknownOptionIsToldWithTheNearest() {
        var error = assertThrows(UserError.class, () -> Options.of(All.class, Map.of("wholenumber", 1), "router x at y"));
        assertTrue(error.getMessage().contains("did you mean 'whole-number'") && error.getMessage().contains("router x at y"), error.getMessage());
    }

    @Test
    void anOptionWithoutADefaultMustBeGiven() {
        var error = assertThrows(UserError.class, () -> Options.of(Needed.class, Map.of(), "here"));
        assertTrue(error.getMessage().contains("'size' must be given"), error.getMessage());
        assertEquals(2, Options.of(Needed.class, Map.of("size", 2), "here").size());
    }
}
