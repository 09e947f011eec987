package patchbay.encoder.text.recurrent;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.spi.Plugin;
import patchbay.spi.Tower;
import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * Text in UTF-8, byte by byte, through causal blocks whose attentions see their own segment and the one before, by relative positions (Transformer-XL, Dai et al.
 * 2019): a text of any length costs the same a byte. Of a longer text the first {@code length} bytes are read. Departing from the paper, the tokens are bytes and
 * the whole text is in the graph at once, segments side by side.
 */
@Component
@Plugin("text-recurrent")
public class TextRecurrent implements Encoder {

    private static final String TOKENS = "tokens";
    private static final int BYTES = 256;
    /** Bytes that are read at once where a text arrives in parts. */
    private static final int CHUNK = 16;

    /** The options. */
    public @interface Options {

        /** The most bytes of a text that are read. */
        int length() default 128;

        int layers() default 2;

        int heads() default 4;

        /** Inner width of the feed-forwards; 0 is four times the model's. */
        int hidden() default 0;
    }

    @Override
    public Class<? extends Annotation> options() {
        return Options.class;
    }

    @Override
    public Reader reader(Setting setting) {
        int length = setting.options(Options.class).length();
        if (length < 1) {
            throw new UserError("length is " + length + "; it must be at least 1");
        }
        return new Bytes(length);
    }

    /** Bytes as the tokens 1 to 256, and 0 behind the last. */
    private record Bytes(int length) implements Reader {

        @Override
        public Map<String, TensorType> inputs() {
            return Map.of(TOKENS, TensorType.i32(length));
        }

        @Override
        public Row read(byte[] bytes) {
            var text = new Utf8();
            text.read(bytes);
            text.end();
            return row(bytes, 0, length, length);
        }
    }

    /** The bytes from {@code from} to before {@code to}, padded. */
    private static Row row(byte[] bytes, int from, int to, int length) {
        var tokens = new int[length];
        for (int i = from; i < Math.min(to, bytes.length); i++) {
            tokens[i - from] = 1 + Byte.toUnsignedInt(bytes[i]);
        }
        return Row.of(TOKENS, tokens);
    }

    @Override
    public Optional<Incoming> incoming(Setting setting) {
        return Optional.of(new Arriving(setting.options(Options.class).length()));
    }

    /** A text that arrives bit by bit, of which the first {@code length} bytes are read. */
    private static final class Arriving implements Incoming {

        private final int length;
        private final Utf8 text = new Utf8();
        private final byte[] chunk = new byte[CHUNK];
        private int there;

        Arriving(int length) {
            this.length = length;
        }

        @Override
        public Map<String, TensorType> inputs() {
            return Map.of(TOKENS, TensorType.i32(CHUNK));
        }

        @Override
        public List<Row> read(byte[] bytes) {
            text.read(bytes);
            var rows = new ArrayList<Row>();
            for (int i = 0; i < bytes.length && there < length; i++) {
                chunk[there++ % CHUNK] = bytes[i];
                if (there % CHUNK == 0) {
                    rows.add(row(chunk, 0, CHUNK, CHUNK));
                }
            }
            return rows;
        }

        @Override
        public List<Row> end() {
            text.end();
            return there % CHUNK == 0 ? List.of() : List.of(row(chunk, 0, there % CHUNK, CHUNK));
        }
    }

    @Override
    public Optional<Tower> tower(Setting setting) {
        var options = setting.options(Options.class);
        int hidden = options.hidden() == 0 ? 4 * setting.dim() : options.hidden();
        return Optional.of(Tower.of(options.layers(), setting.dim(), options.heads(), hidden, Math.ceilDiv(options.length(), CHUNK) * CHUNK).causally()
                .attending(new Tower.Standard("recurrent", Map.of())));
    }

    @Override
    public Features forward(Scope scope) {
        var tokens = scope.input(TOKENS); // [B, T]
        var there = tokens.greater(scope.graph().constant(Shape.scalar(), 0)); // [B, T]
        var table = scope.parameter("embedding", Shape.of(BYTES, scope.dim()), Initializer.normal(0.02f));
        Tensor x = table.gather(tokens.subtract(1)); // zeros behind the last
        return Features.averaged(scope, scope.blocks(x, Optional.of(there.sum(1).toInt())), there);
    }
}
