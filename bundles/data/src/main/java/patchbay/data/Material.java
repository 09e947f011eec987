package patchbay.data;

/** What a run trains on: a micro-batch is a pure function of seed, step and micro-batch. */
public sealed interface Material permits Batches, ExampleBatches {}
