package patchbay.encoder.text.recurrent;

import java.lang.annotation.Annotation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
            if (bytes.length == 0) {
                throw new UserError("there is no text in it");
            }
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            } catch (CharacterCodingException e) {
                throw new UserError("it is no text in UTF-8: " + e.getMessage(), e);
            }
            var tokens = new int[length];
            for (int i = 0; i < Math.min(length, bytes.length); i++) {
                tokens[i] = 1 + Byte.toUnsignedInt(bytes[i]);
            }
            return Row.of(TOKENS, tokens);
        }
    }

    @Override
    public Optional<Tower> tower(Setting setting) {
        var options = setting.options(Options.class);
        int hidden = options.hidden() == 0 ? 4 * setting.dim() : options.hidden();
        return Optional.of(Tower.of(options.layers(), setting.dim(), options.heads(), hidden, options.length()).causally()
                .attending(new Tower.Standard("recurrent", Map.of())));
    }

    @Override
    public Features forward(Scope scope) {
        var tokens = scope.input(TOKENS); // [B, T]
        var there = tokens.greater(scope.graph().constant(Shape.scalar(), 0)); // [B, T]
        var table = scope.parameter("embedding", Shape.of(BYTES, scope.dim()), Initializer.normal(0.02f));
        Tensor x = table.gather(tokens.subtract(1)); // zeros behind the last
        return Features.averaged(scope.blocks(x, Optional.of(there.sum(1).toInt())), there);
    }
}
