package patchbay.attention.hierarchical;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import patchbay.contract.AttentionContract;
import patchbay.contract.PlainParts;
import patchbay.contract.Trial;
import patchbay.spi.Attention;
import patchbay.tensor.UserError;

class HierarchicalAttentionTest extends AttentionContract {

    @Override
    protected Attention plugin() {
        return new HierarchicalAttention();
    }

    private static final Map<String, Object> SMALL = Map.of("shortest", 2, "longest", 5, "near", 1, "section", 2, "sections", 1, "farthest", 3);

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of(), SMALL, Map.of("shortest", 1, "longest", 3, "near", 0, "section", 3, "sections", 2),
                Map.of("shortest", 3, "near", 2, "section", 1, "sections", 0));
    }

    /** Where no section is chosen: a small step may have another one chosen. */
    @Override
    protected List<Map<String, Object>> smoothOptionSets() {
        return List.of(Map.of(), Map.of("shortest", 2, "longest", 5, "near", 2, "section", 3, "sections", 0));
    }

    @Test
    void aTextOfOneSentenceIsFullAttention() {
        var x = Trial.random(96, 1);
        assertArrayEquals(output(new PlainParts.PlainAttention(), x, Map.of()), output(new HierarchicalAttention(), x, Map.of()), 1e-6f);
        assertFalse(Arrays.equals(output(new PlainParts.PlainAttention(), x, Map.of()), output(new HierarchicalAttention(), x, Map.of("shortest", 2, "longest", 6))));
    }

    /** Sentences of three tokens, sections of two sentences, none chosen: token 23 sees its own sentence, 21 …, and the nearest, from the fourth on. */
    @Test
    void whatIsSeen() {
        check(Map.of("shortest", 3, "longest", 3, "near", 1, "section", 2, "sections", 0, "farthest", 2), 18);
    }

    /** With all sections chosen it sees all that there is. */
    @Test
    void withAllSectionsEverythingIsSeen() {
        check(Map.of("shortest", 3, "longest", 3, "near", 1, "section", 2, "sections", 9, "farthest", 2), 0);
    }

    /** The last of 24 tokens sees those from {@code first} on and no other. */
    private static void check(Map<String, Object> options, int first) {
        var x = Trial.random(8 * 24, 1);
        var before = Arrays.copyOfRange(output(new HierarchicalAttention(), x, options), 8 * 23, 8 * 24);
        for (int token = 0; token < 23; token++) {
            var changed = x.clone();
            changed[8 * token] += 1;
            var after = Arrays.copyOfRange(output(new HierarchicalAttention(), changed, options), 8 * 23, 8 * 24);
            if (token >= first) {
                assertFalse(Arrays.equals(before, after), "token " + token);
            } else {
                assertArrayEquals(before, after, "token " + token);
            }
        }
    }

    @Test
    void sentencesWithoutTokensAreTheUsersMistake() {
        var error = assertThrows(UserError.class, () -> output(new HierarchicalAttention(), Trial.random(96, 1), Map.of("shortest", 9, "longest", 8)));
        assertTrue(error.getMessage().contains("shortest is 9"), error.getMessage());
    }
}
