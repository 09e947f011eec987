package patchbay.media;

import java.util.Map;
import java.util.stream.IntStream;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.spi.Scope;
import patchbay.tensor.Graph;
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
     * @param erase the most that the sides of a rectangle are, as a part of its width, which is emptied (random erasing, Zhong et al. 2020; here in every picture)
     */
    public record Variety(float shift, float zoom, float tint, boolean mirror, float erase) {

        public Variety {
            if (!(shift >= 0 && shift < 1 && zoom >= 0 && zoom < 1 && tint >= 0 && tint < 1 && erase >= 0 && erase < 1)) {
                throw new UserError("shift, zoom, tint and erase must be at least 0 and less than 1, not " + shift + ", " + zoom + ", " + tint + " and " + erase);
            }
        }

        /** [B, S, S, C] → [B, S, S, C]; what comes in from beside a picture is like its border. */
        public Tensor of(Scope scope, Tensor pixels) {
            if (scope.mode() != Mode.TRAINING) {
                return pixels;
            }
            var moved = shift > 0 || zoom > 0 || mirror ? moved(scope, pixels) : pixels;
            var tinted = tint > 0 ? tinted(scope, moved) : moved;
            return erase > 0 ? erased(scope, tinted) : tinted;
        }

        private Tensor tinted(Scope scope, Tensor pixels) {
            int batch = pixels.dim(0), channels = pixels.dim(3);
            var draw = scope.uniform(Shape.of(2, batch, 1, 1, channels)).multiply(2).subtract(1).multiply(tint);
            return pixels.multiply(draw.slice(0, 0, 1).squeeze(0).add(1)).add(draw.slice(0, 1, 2).squeeze(0));
        }

        private Tensor erased(Scope scope, Tensor pixels) {
            int batch = pixels.dim(0), size = pixels.dim(1);
            var draw = scope.uniform(Shape.of(4, batch, 1)).multiply(size); // middle by row and column, sides by row and column
            var inside = within(draw, 0, size).unsqueeze(2).multiply(within(draw, 1, size).unsqueeze(1)); // [B, S, S]
            return pixels.multiply(inside.negate().add(1).unsqueeze(3));
        }

        /** 1 where an axis' elements are less than half a side from the middle: [B, S]. */
        private Tensor within(Tensor draw, int axis, int size) {
            var half = draw.slice(0, 2 + axis, 3 + axis).squeeze(0).multiply(erase / 2); // [B, 1]
            return places(draw.graph(), size, 0.5f).subtract(draw.slice(0, axis, axis + 1).squeeze(0)).abs().less(half);
        }

        /** An axis' elements, 0 for the first, and so much more: [1, S]. */
        private static Tensor places(Graph graph, int size, float more) {
            var places = new float[size];
            for (int i = 0; i < size; i++) {
                places[i] = i + more;
            }
            return graph.constant(Shape.of(1, size), places);
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
            var from = places(shift.graph(), size, -middle).multiply(zoomed).add(shift).add(middle);
            return from.add(0.5f).clamp(0, size - 0.5f).toInt(); // the nearest
        }
    }
}
