package patchbay.tensor;

interface Layout {

    Tensor self();

    default Tensor reshape(Shape shape) {
        throw new ShapeError("reshape of " + self() + " to " + shape + ": not there yet");
    }
}
