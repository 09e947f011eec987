package patchbay.encoder.image.swin;

import java.util.List;
import java.util.Optional;
import patchbay.encoder.image.swin.ImageSwin.Stage;
import patchbay.media.Pixels;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.operations.Unfold.Axis;

/** The network of {@link ImageSwin} while its graph is built. Pictures are [B, side, side, dim]. */
record Network(Encoder.Scope scope, ImageSwin.Options options, List<Stage> stages) {

    private static final float EPSILON = 1e-5f;
    private static final int EXPANSION = 4;
    /** Added to the score of what must not be looked at. */
    private static final float NEVER = -1e9f;

    Features features() {
        var pixels = new Pixels.Variety(options.shift(), options.zoom(), options.tint(), options.mirror(), options.erase()).of(scope, scope.input(Pixels.PIXELS));
        var cut = pixels.unfold(Axis.tiled(options.patch()), Axis.tiled(options.patch()));
        var x = norm("patches-norm", scope.affine("patches", cut, stages.getFirst().dim()));
        for (int i = 0; i < stages.size(); i++) {
            var stage = stages.get(i);
            for (int block = 0; block < stage.blocks(); block++) {
                x = block("stages." + i + "." + block + ".", x, stage, block % 2 == 1 && stage.side() > stage.window() ? stage.window() / 2 : 0);
            }
            if (i + 1 < stages.size()) {
                x = merged("stages." + i + ".merging", x);
            }
        }
        return Features.averaged(norm("norm", x).reshape(scope.batch(), x.dim(1) * x.dim(2), x.dim(3)));
    }

    /** Equation 3. */
    private Tensor block(String path, Tensor x, Stage stage, int shift) {
        var seen = x.add(attention(path + "attention.", norm(path + "attention-norm", x), stage, shift));
        var inner = scope.affine(path + "in", norm(path + "norm", seen), EXPANSION * stage.dim()).gelu();
        return seen.add(residual(path + "out", inner, stage.dim()));
    }

    private Tensor residual(String name, Tensor x, int out) {
        return scope.residual(name, x, out).add(scope.undecayed(name + "-bias", Shape.of(out), Initializer.zeros()));
    }

    /** softmax(QKᵀ/√d + B + mask) V within windows of a picture that is rolled by {@code shift} (equation 4; figure 4). */
    private Tensor attention(String path, Tensor x, Stage stage, int shift) {
        int batch = x.dim(0), size = stage.window() * stage.window(), heads = stage.heads(), each = stage.dim() / heads;
        var windows = windows(rolled(x, shift), stage.window()); // [B · windows, size, dim]
        int count = windows.dim(0) / batch;
        var q = split(scope.affine(path + "queries", windows, stage.dim()), heads).multiply((float) (1 / Math.sqrt(each)));
        var k = split(scope.linear(path + "keys", windows, stage.dim()), heads); // a bias would add the same to all scores of a query
        var v = split(scope.affine(path + "values", windows, stage.dim()), heads);
        var scores = q.matmul(k, false, true).add(bias(path + "bias", stage)); // [B · windows, heads, size, size]
        var masked = mask(stage, shift).map(mask -> scores.reshape(batch, count, heads, size, size).add(mask).reshape(scores.shape())).orElse(scores);
        var mixed = masked.softmax().matmul(v).transpose(1, 2).reshape(windows.shape());
        return rolled(together(residual(path + "out", mixed, stage.dim()), batch, stage), -shift);
    }

    /** [N, size, dim] → [N, heads, size, dim / heads] */
    private static Tensor split(Tensor x, int heads) {
        return x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads).transpose(1, 2);
    }

    /** [B, side, side, dim] → [B · windows, window², dim] */
    private static Tensor windows(Tensor x, int window) {
        int count = x.dim(1) / window;
        return x.reshape(x.dim(0), count, window, count, window, x.dim(3)).permute(0, 1, 3, 2, 4, 5).reshape(x.dim(0) * count * count, window * window, x.dim(3));
    }

    private static Tensor together(Tensor windows, int batch, Stage stage) {
        int window = stage.window(), count = stage.side() / window;
        return windows.reshape(batch, count, count, window, window, stage.dim()).permute(0, 1, 3, 2, 4, 5).reshape(batch, stage.side(), stage.side(), stage.dim());
    }

    /** What stood at {@code by} comes to the corner; what falls out comes in at the other side. */
    private static Tensor rolled(Tensor x, int by) {
        return rolled(rolled(x, 1, by), 2, by);
    }

    private static Tensor rolled(Tensor x, int axis, int by) {
        int length = x.dim(axis), first = Math.floorMod(by, length);
        return first == 0 ? x : Layout.concat(axis, x.slice(axis, first, length), x.slice(axis, 0, first));
    }

    /** A number for each head and each way in which two patches of a window can stand to each other: [heads, size, size]. */
    private Tensor bias(String name, Stage stage) {
        int window = stage.window(), size = window * window, reach = 2 * window - 1;
        var table = scope.undecayed(name, Shape.of(reach * reach, stage.heads()), Initializer.normal(0.02f));
        var which = new int[size * size];
        for (int i = 0; i < which.length; i++) {
            int query = i / size, key = i % size;
            which[i] = (query / window - key / window + window - 1) * reach + query % window - key % window + window - 1;
        }
        return table.gather(table.graph().constant(Shape.of(size * size), which)).transpose(0, 1).reshape(stage.heads(), size, size);
    }

    /** Patches that the rolling has brought together do not see each other: [windows, 1, size, size]. */
    private Optional<Tensor> mask(Stage stage, int shift) {
        if (shift == 0) {
            return Optional.empty();
        }
        int side = stage.side(), window = stage.window(), size = window * window, count = side / window;
        var mask = new float[count * count * size * size];
        for (int i = 0; i < mask.length; i++) {
            int row = i / (size * size) / count * window, column = i / (size * size) % count * window, query = i / size % size, key = i % size;
            boolean apart = cameRound(row + query / window, side, shift) != cameRound(row + key / window, side, shift)
                    || cameRound(column + query % window, side, shift) != cameRound(column + key % window, side, shift);
            mask[i] = apart ? NEVER : 0;
        }
        return Optional.of(scope.graph().constant(Shape.of(count * count, 1, size, size), mask));
    }

    private static boolean cameRound(int place, int side, int shift) {
        return place >= side - shift;
    }

    /** Four neighbours side by side, projected to twice the width of one (section 3.1), in the order of the original's weights: column by column. */
    private Tensor merged(String name, Tensor x) {
        int batch = x.dim(0), half = x.dim(1) / 2, dim = x.dim(3);
        var four = x.reshape(batch, half, 2, half, 2, dim).permute(0, 1, 3, 4, 2, 5).reshape(batch, half, half, 4 * dim);
        return scope.linear(name, norm(name + "-norm", four), 2 * dim);
    }

    private Tensor norm(String name, Tensor x) {
        var shape = Shape.of(x.dim(-1));
        return x.layerNorm(scope.undecayed(name, shape, Initializer.ones()), scope.undecayed(name + "-bias", shape, Initializer.zeros()), EPSILON);
    }
}
