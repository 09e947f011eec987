package patchbay.tensor;

interface Networks {

    Tensor self();
}
