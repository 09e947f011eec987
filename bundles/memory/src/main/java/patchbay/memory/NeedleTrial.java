package patchbay.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import patchbay.data.Haystack;
import patchbay.data.Tokenizer;
import patchbay.model.Sampling;

/**
 * Whether facts are answered that a long text said once, far back (Kamradt's needle in a haystack, 2023): each fact's line is begun again at its end,
 * and the likeliest continuation compared with its value.
 */
public final class NeedleTrial {

    private static final Sampling LIKELIEST = new Sampling(0, 0, 1);

    private NeedleTrial() {}

    /**
     * One question.
     *
     * @param back how many tokens before the end of the text the value was
     * @param digits how many of the value's tokens were answered before the first wrong one
     * @param found whether the value's block was among what the persistent tier found for the question
     */
    public record Answer(String name, int back, String value, String answer, int digits, boolean found) {

        public boolean right() {
            return answer.equals(value);
        }
    }

    /** Asks a session that has read the haystack for all that is in it. */
    public static List<Answer> ask(MemorySession session, Haystack haystack, Tokenizer tokenizer) {
        return haystack.planted().stream().map(planted -> ask(session, planted, haystack.tokens().length, tokenizer)).toList();
    }

    private static Answer ask(MemorySession session, Haystack.Planted planted, int length, Tokenizer tokenizer) {
        var question = tokenizer.encode(planted.fact().question());
        var value = tokenizer.encode(planted.fact().value());
        var mark = session.mark(question.length + value.length);
        session.read(question, "question");
        boolean found = session.retrieved().stream().anyMatch(block -> block.session().equals(session.name())
                && block.position() < planted.at() + value.length && planted.at() < block.position() + block.tokens().length);
        var answer = new ArrayList<Integer>();
        session.generate(value.length, LIKELIEST, 0, token -> {
            answer.add(token);
            return answer.size() < value.length;
        });
        session.back(mark);
        var tokens = answer.stream().mapToInt(token -> token).toArray();
        int right = IntStream.range(0, value.length).filter(i -> i >= tokens.length || tokens[i] != value[i]).findFirst().orElse(value.length);
        return new Answer(planted.fact().name(), length - planted.at(), planted.fact().value(), tokenizer.decode(tokens), right, found);
    }
}
