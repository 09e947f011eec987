package patchbay.spi;

import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * What an encoder or a fusion makes of a batch of examples.
 *
 * @param sequence [B, T, D]: features place by place (patches, frames, tokens)
 * @param weights [B, T]: how much each place counts; 0 for padding, and everywhere for an example without this modality
 * @param summary [B, D]: the example as one vector
 */
public record Features(Tensor sequence, Tensor weights, Tensor summary) {

    public Features {
        var shape = sequence.shape();
        if (shape.rank() != 3 || !weights.type().equals(TensorType.f32(shape.dim(0), shape.dim(1)))
                || !summary.type().equals(TensorType.f32(shape.dim(0), shape.dim(2)))) {
            throw new UserError("features must be [B, T, D], their weights [B, T] and their summary [B, D], not " + sequence.type() + ", " + weights.type()
                    + " and " + summary.type());
        }
    }

    /** With the mean of the places, by their weights, as the summary; zeros where no place counts. */
    public static Features averaged(Tensor sequence, Tensor weights) {
        return new Features(sequence, weights, mean(sequence, weights));
    }

    /** With all places counting alike. */
    public static Features averaged(Tensor sequence) {
        return averaged(sequence, sequence.graph().filled(Shape.of(sequence.dim(0), sequence.dim(1)), 1));
    }

    /** {@link #averaged(Tensor, Tensor)}; when decoding, over all places that came before as well. */
    public static Features averaged(Sequential scope, Tensor sequence, Tensor weights) {
        if (scope.mode() != Mode.DECODING) {
            return averaged(sequence, weights);
        }
        int batch = sequence.dim(0);
        var summed = scope.remembered("summed", scope.graph().filled(Shape.of(batch, sequence.dim(2)), 0))
                .add(weights.unsqueeze(1).matmul(sequence).reshape(batch, sequence.dim(2)));
        var weighed = scope.remembered("weighed", scope.graph().filled(Shape.of(batch, 1), 0)).add(weights.sum(1).unsqueeze(1));
        scope.remember("summed", summed);
        scope.remember("weighed", weighed);
        return new Features(sequence, weights, summed.divide(weighed.maximum(scope.graph().constant(1e-9f))));
    }

    /** Σ w x / Σ w along the places: [B, T, D], [B, T] → [B, D]. */
    public static Tensor mean(Tensor sequence, Tensor weights) {
        var total = weights.sum(1).maximum(sequence.graph().constant(1e-9f)).unsqueeze(1); // [B, 1]
        var summed = weights.unsqueeze(1).matmul(sequence); // [B, 1, D]
        return summed.reshape(sequence.dim(0), sequence.dim(2)).divide(total);
    }

    /** T. */
    public int places() {
        return sequence.dim(1);
    }

    /** D. */
    public int dim() {
        return sequence.dim(2);
    }
}
