package patchbay.media;

import java.util.Map;
import java.util.stream.IntStream;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.spi.Scope;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * How encoders read pictures: decoded, laid over white, stretched to size × size, and normalised, as the input {@code pixels} [size, size, channels].
 *
 * @param grey whether there is one channel, the luma of ITU-R BT.601, and not three
 */
public record Pixels(int size, boolean grey, Scale scale) implements Encoder.Reader {

    public static final String PIXELS = "pixels";

    private static final float[] LUMA = {0.299f, 0.587f, 0.114f};

    /** What becomes of a channel's values, which are from 0 to 1. */
    public enum Scale {
        /** From −1 to 1, as vision transformers have them (Dosovitskiy et al. 2021). */
        UNIT(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.5f, 0.5f, 0.5f}),
        /** By mean and deviation over ImageNet, as most convolutional networks that were trained on it have them. */
        IMAGENET(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

        private final float[] mean;
        private final float[] deviation;

        Scale(float[] mean, float[] deviation) {
            this.mean = mean;
            this.deviation = deviation;
        }
    }

    public Pixels {
        if (size < 1) {
            throw new UserError("size must be at least 1, not " + size);
        }
    }

    public int channels() {
        return grey ? 1 : 3;
    }

    @Override
    public Map<String, TensorType> inputs() {
        return Map.of(PIXELS, TensorType.f32(size, size, channels()));
    }

    @Override
    public Encoder.Row read(byte[] bytes) {
        var planes = new PictureReader(Limits.standard()).read(bytes, "a picture").planes(size, size, Picture.WHITE); // [3, size, size]
        int points = size * size;
        var pixels = new float[points * channels()];
        for (int point = 0; point < points; point++) {
            for (int colour = 0; colour < 3; colour++) {
                float value = (planes[colour * points + point] - scale.mean[colour]) / scale.deviation[colour];
                if (grey) {
                    pixels[point] += LUMA[colour] * value;
                } else {
                    pixels[point * 3 + colour] = value;
                }
            }
        }
        return Encoder.Row.of(PIXELS, pixels);
    }

    /**
     * Pictures as they could have been too, another way in each step of the training, and outside of it as they are.
     *
     * @param shift the most that one moves in each direction, as a part of its width
     * @param zoom the most that it grows or shrinks by, as a part of its width
     * @param tint the most that each of its channels is multiplied by more or less, and gains or loses beside that
     * @param mirror whether every second is turned left to right
     */
    public record Variety(float shift, float zoom, float tint, boolean mirror) {

        public Variety {
            if (!(shift >= 0 && shift < 1 && zoom >= 0 && zoom < 1 && tint >= 0 && tint < 1)) {
                throw new UserError("shift, zoom and tint must be at least 0 and less than 1, not " + shift + ", " + zoom + " and " + tint);
            }
        }

        /** [B, S, S, C] → [B, S, S, C]; what comes in from beside a picture is like its border. */
        public Tensor of(Scope scope, Tensor pixels) {
            if (scope.mode() != Mode.TRAINING) {
                return pixels;
            }
            var moved = shift > 0 || zoom > 0 || mirror ? moved(scope, pixels) : pixels;
            if (tint == 0) {
                return moved;
            }
            int batch = pixels.dim(0), channels = pixels.dim(3);
            var draw = scope.uniform(Shape.of(2, batch, 1, 1, channels)).multiply(2).subtract(1).multiply(tint);
            return moved.multiply(draw.slice(0, 0, 1).squeeze(0).add(1)).add(draw.slice(0, 1, 2).squeeze(0));
        }

        private Tensor moved(Scope scope, Tensor pixels) {
            int batch = pixels.dim(0), size = pixels.dim(1), channels = pixels.dim(3);
            var draw = scope.uniform(Shape.of(4, batch, 1)); // by row, by column, zoom, mirror
            var zoomed = drawn(draw, 2, zoom).add(1);
            var rows = place(drawn(draw, 0, shift * size), zoomed, size); // [B, S]
            var turn = mirror ? draw.slice(0, 3, 4).squeeze(0).less(0.5f).multiply(-2).add(1) : pixels.graph().constant(1f);
            var columns = place(drawn(draw, 1, shift * size), zoomed.multiply(turn), size);
            var graph = pixels.graph();
            var first = graph.constant(Shape.of(batch, 1), IntStream.range(0, batch).map(row -> row * size).toArray());
            var wide = graph.constant(Shape.scalar(), size);
            var from = rows.add(first).multiply(wide).unsqueeze(2).add(columns.unsqueeze(1)); // [B, S, S]
            return pixels.reshape(batch * size * size, channels).gather(from);
        }

        /** From −most to most: [B, 1]. */
        private static Tensor drawn(Tensor draw, int which, float most) {
            return draw.slice(0, which, which + 1).squeeze(0).multiply(2 * most).subtract(most);
        }

        /** Where each of an axis' elements comes from: i32 [B, S]. */
        private static Tensor place(Tensor shift, Tensor zoomed, int size) {
            float middle = (size - 1) / 2f;
            var around = new float[size];
            for (int i = 0; i < size; i++) {
                around[i] = i - middle;
            }
            var from = shift.graph().constant(Shape.of(1, size), around).multiply(zoomed).add(shift).add(middle);
            return from.add(0.5f).clamp(0, size - 0.5f).toInt(); // the nearest
        }
    }
}
