package patchbay.tensor;

interface Layout {

    Tensor self();
}
