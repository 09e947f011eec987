package patchbay.data;

/** What a run is measured on, the same at every evaluation. */
public sealed interface HeldOutMaterial permits EvaluationBatches, HeldOutExamples {

    int count();
}
