package patchbay.tensor;

interface Indexing {

    Tensor self();
}
