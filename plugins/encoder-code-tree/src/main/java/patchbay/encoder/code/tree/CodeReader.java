package patchbay.encoder.code.tree;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.spi.Encoder;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/** Code as triples of hashed words. */
final class CodeReader implements Encoder.Reader {

    /** [places, 3]: numbers from 1 on, and 0 behind the last place. */
    static final String TRIPLES = "triples";

    private static final int MOST_BYTES = 1 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(CodeReader.class);

    private final CodeTree.Options options;
    private final JavaCode java = new JavaCode();
    private boolean told;

    CodeReader(CodeTree.Options options) {
        this.options = options;
    }

    @Override
    public Map<String, TensorType> inputs() {
        return Map.of(TRIPLES, TensorType.i32(options.paths() + options.nodes(), 3));
    }

    @Override
    public Encoder.Row read(byte[] bytes) {
        var tree = tree(text(bytes));
        var triples = new ArrayList<Triple>();
        triples.addAll(evenly(tree.paths(options.length(), options.width()), options.paths()));
        triples.addAll(evenly(tree.nodes(), options.nodes()));
        var numbers = new int[(options.paths() + options.nodes()) * 3];
        for (int place = 0; place < triples.size(); place++) {
            numbers[3 * place] = number(triples.get(place).first());
            numbers[3 * place + 1] = number(triples.get(place).second());
            numbers[3 * place + 2] = number(triples.get(place).third());
        }
        return Encoder.Row.of(TRIPLES, numbers);
    }

    private SyntaxTree tree(String text) {
        var parsed = java.parse(text);
        if (parsed.tree().isPresent()) {
            return parsed.tree().get();
        }
        if (told) {
            LOG.debug("code that is no Java ({}) is read as tokens", parsed.problem());
        } else {
            LOG.warn("code that is no Java ({}) is read as tokens; others like it are told of at the level DEBUG", parsed.problem());
            told = true;
        }
        return JavaCode.tokens(text);
    }

    private static String text(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw new UserError("it has %,d bytes; of code at most %,d are read".formatted(bytes.length, MOST_BYTES));
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (text.isBlank()) {
                throw new UserError("there is no code in it");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new UserError("it is no text in UTF-8: " + e.getMessage(), e);
        }
    }

    private static <T> List<T> evenly(List<T> all, int most) {
        if (all.size() <= most) {
            return all;
        }
        var some = new ArrayList<T>();
        for (long i = 0; i < most; i++) {
            some.add(all.get((int) (i * all.size() / most)));
        }
        return some;
    }

    /** 1 … vocabulary. */
    private int number(String word) {
        int hash = word.hashCode(); // which Java fixes for all its versions
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return 1 + Math.floorMod(hash ^ hash >>> 16, options.vocabulary());
    }
}
