package patchbay.tensor;

interface Reductions {

    Tensor self();
}
