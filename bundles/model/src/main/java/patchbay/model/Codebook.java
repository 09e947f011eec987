package patchbay.model;

import patchbay.tensor.Initializer;
import patchbay.tensor.Shape;
import patchbay.tensor.Tensor;

/**
 * Concepts that all modalities share: each embedding is replaced by the nearest of them, its gradient passing straight through, and both are drawn to each other
 * (van den Oord et al. 2017, VQ-VAE, equation 3, with its β of 0.25).
 */
record Codebook(Building building, int concepts) {

    private static final float COMMITMENT = 0.25f;

    /**
     * @param concepts [B, dim]
     * @param loss of the codebook and of commitment, a number
     */
    record Found(Tensor concepts, Tensor loss) {}

    /** @param present f32[B]: which of the embeddings count */
    Found look(Tensor embeddings, Tensor present) {
        int dim = embeddings.dim(1);
        var codes = building.undecayed("alignment.concepts", Shape.of(concepts, dim), Initializer.normal((float) (1 / Math.sqrt(dim))));
        var distances = codes.square().sum(1).unsqueeze(0).subtract(embeddings.matmul(codes, false, true).multiply(2)); // [B, concepts], less |embedding|²
        var nearest = codes.gather(distances.negate().argmax(1)); // [B, dim]
        var passed = embeddings.add(nearest.subtract(embeddings).stopGradient());
        var count = present.sum().maximum(building.graph().constant(1f));
        var drawn = squares(nearest, embeddings.stopGradient(), present).add(squares(embeddings, nearest.stopGradient(), present).multiply(COMMITMENT));
        return new Found(passed, drawn.divide(count));
    }

    private static Tensor squares(Tensor a, Tensor b, Tensor present) {
        return a.subtract(b).square().sum(1).multiply(present).sum();
    }
}
