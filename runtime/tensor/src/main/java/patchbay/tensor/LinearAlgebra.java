package patchbay.tensor;

interface LinearAlgebra {

    Tensor self();
}
