package patchbay.tensor;

interface Elementwise {

    Tensor self();

    default Tensor add(Tensor other) {
        throw new ShapeError("add of " + self() + " and " + other + ": not there yet");
    }
}
