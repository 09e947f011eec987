package patchbay.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.tensor.UserError;

class UsageTest {

    private static final Usage USAGE = Usage.options("paint WALL [COLOUR] [key=value …] [--fast]", 1, 2).flags("--fast");

    private static Usage.Call parse(String... words) {
        return USAGE.parse(words);
    }

    @Test
    void wordsOptionsAndFlagsAreToldApart() {
        var call = parse("--fast", "north", "coats=2", "red", "note=a=b");
        assertEquals(List.of("north", "red"), call.words());
        assertEquals(Map.of("coats", "2", "note", "a=b"), call.options());
        assertTrue(call.has("--fast"));
    }

    @Test
    void whatMustBeGivenIsTakenAsItIs() {
        assertEquals(List.of("x=1"), parse("x=1").words());
        assertEquals(List.of("=x"), Usage.options("say TEXT", 1, 1).parse(new String[] {"=x"}).words());
        assertEquals(List.of("--x"), Usage.options("say TEXT", 1, 1).parse(new String[] {"--x"}).words());
    }

    @Test
    void anotherNumberOfWordsShowsTheUsage() {
        for (var words : List.of(new String[] {}, new String[] {""}, new String[] {"a", "b", "c"})) {
            assertEquals("usage: " + USAGE.text(), assertThrows(UserError.class, () -> USAGE.parse(words)).getMessage());
        }
    }

    @Test
    void anUnknownFlagOrKeyNamesTheNearest() {
        assertTrue(assertThrows(UserError.class, () -> parse("a", "--fats")).getMessage().contains("did you mean '--fast'?"));
        var call = parse("a", "coat=2");
        assertTrue(assertThrows(UserError.class, () -> Usage.only(call, "coats")).getMessage().contains("did you mean 'coats'?"));
    }

    @Test
    void valuesAreReadAsInAnExperimentFile() {
        assertEquals(3, SwapCommands.value("3"));
        assertEquals(0.5, SwapCommands.value("0.5"));
        assertEquals(1e-3, SwapCommands.value("1e-3"));
        assertEquals(true, SwapCommands.value("true"));
        assertEquals("after", SwapCommands.value("after"));
        assertEquals("NaN", SwapCommands.value("NaN"));
    }
}
