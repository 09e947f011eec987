package patchbay.encoder.image.conv;

import java.util.ArrayList;
import java.util.List;
import patchbay.media.Pixels;
import patchbay.spi.Encoder;
import patchbay.spi.Features;
import patchbay.tensor.Initializer;
import patchbay.tensor.Layout;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.operations.Unfold.Axis;

/** The network of {@link ImageConv} while its graph is built. Pictures are [B, height, width, channels]. */
record Network(Encoder.Scope scope, ImageConv.Options options) {

    private static final float EPSILON = 1e-5f;
    /** A bottleneck's output has so many times the channels of its inside. */
    private static final int EXPANSION = 2;

    Features features() {
        var x = stem(new Pixels.Variety(options.shift(), options.zoom(), options.tint(), options.mirror(), options.erase()).of(scope, scope.input(Pixels.PIXELS)));
        for (int stage = 0; stage < options.stages(); stage++) {
            for (int block = 0; block < options.blocks(); block++) {
                x = bottleneck("stages." + stage + "." + block + ".", x, options.channels() << stage, stage > 0 && block == 0);
            }
        }
        int batch = scope.batch(), places = x.dim(1) * x.dim(2), channels = x.dim(3);
        // the mean is taken first: where most of a picture is empty, the mean of normed places hardly differs from one to the next
        var whole = norm("norm", Layout.concat(1, x.reshape(batch, places, channels), x.mean(1, 2).unsqueeze(1)));
        return new Features(whole.slice(1, 0, places), scope.graph().filled(Shape.of(batch, places), 1), whole.slice(1, places, places + 1).squeeze(1));
    }

    /** Three small convolutions in place of one of 7 × 7 (He et al. 2019, ResNet-C). */
    private Tensor stem(Tensor pixels) {
        var x = pixels;
        for (int i = 0; i < 3; i++) {
            x = activated(norm("stem." + i + "-norm", convolution("stem." + i, x, options.channels(), i == 0 ? options.stride() : 1)));
        }
        return x;
    }

    private Tensor bottleneck(String path, Tensor x, int channels, boolean shrinks) {
        var inner = activated(norm(path + "in-norm", scope.linear(path + "in", x, channels)));
        if (shrinks) {
            inner = averaged(inner, Axis.around(3, 2), Axis.around(3, 2));
        }
        var attended = splitAttention(path, inner, channels);
        var outer = norm(path + "out-norm", scope.linear(path + "out", attended, EXPANSION * channels));
        return activated(outer.add(shortcut(path + "shortcut", x, EXPANSION * channels, shrinks)));
    }

    /** What a bottleneck is added to: its input, averaged where the picture shrinks and projected where its channels change (ResNet-D). */
    private Tensor shortcut(String name, Tensor x, int channels, boolean shrinks) {
        var small = shrinks ? averaged(x, halved(x.dim(1)), halved(x.dim(2))) : x;
        return small.dim(3) == channels ? small : norm(name + "-norm", scope.linear(name, small, channels));
    }

    private static Axis halved(int length) {
        return new Axis(2, 2, 0, length % 2, 1);
    }

    /**
     * U_r is a convolution of part r of x's channels, and V = Σ_r a_r ⊙ U_r, where a is a softmax over r of what a network makes of the mean of Σ_r U_r over the picture (equations 1
     * and 2); with one part a sigmoid.
     */
    private Tensor splitAttention(String path, Tensor x, int channels) {
        int batch = scope.batch(), radix = options.radix(), part = channels / radix;
        var splits = new ArrayList<Tensor>();
        for (int r = 0; r < radix; r++) {
            var name = path + "split." + r;
            splits.add(activated(norm(name + "-norm", convolution(name, x.slice(3, r * part, (r + 1) * part), channels, 1))));
        }
        var mean = sum(splits).mean(1, 2); // [B, channels]
        var hidden = activated(norm(path + "attention.in-norm", scope.affine(path + "attention.in", mean, Math.max(8, channels * radix / 4))));
        var scores = scope.affine(path + "attention.out", hidden, radix * channels).reshape(batch, radix, channels);
        var shares = radix == 1 ? scores.sigmoid() : scores.transpose(1, 2).softmax().transpose(1, 2);
        for (int r = 0; r < radix; r++) {
            splits.set(r, splits.get(r).multiply(shares.slice(1, r, r + 1).reshape(batch, 1, 1, channels)));
        }
        return sum(splits);
    }

    private static Tensor sum(List<Tensor> tensors) {
        return tensors.stream().reduce(Tensor::add).orElseThrow();
    }

    /** 3 × 3. */
    private Tensor convolution(String name, Tensor x, int out, int stride) {
        int in = 9 * x.dim(3);
        var weight = scope.parameter(name, Shape.of(in, out), Initializer.normal((float) Math.sqrt(2.0 / in))); // He et al. 2015, equation 10
        return x.convolve(weight, Axis.around(3, stride), Axis.around(3, stride));
    }

    private Tensor norm(String name, Tensor x) {
        var shape = Shape.of(x.dim(-1));
        return x.layerNorm(scope.undecayed(name, shape, Initializer.ones()), scope.undecayed(name + "-bias", shape, Initializer.zeros()), EPSILON);
    }

    private Tensor activated(Tensor x) {
        return switch (options.activation()) {
            case RELU -> x.relu();
            case GELU -> x.gelu();
        };
    }

    /** The mean of what each window shows, zeros beside the picture included. */
    private static Tensor averaged(Tensor x, Axis rows, Axis columns) {
        var shown = x.unfold(rows, columns); // [B, H', W', cells · C]
        int cells = rows.size() * columns.size();
        return shown.reshape(shown.size() / (cells * x.dim(3)), cells, x.dim(3)).mean(1).reshape(shown.dim(0), shown.dim(1), shown.dim(2), x.dim(3));
    }
}
