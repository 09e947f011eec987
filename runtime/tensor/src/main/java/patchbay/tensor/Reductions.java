package patchbay.tensor;

interface Reductions {

    Tensor self();

    default Tensor sumTo(Shape shape) {
        throw new ShapeError("sum of " + self() + " to " + shape + ": not there yet");
    }
}
