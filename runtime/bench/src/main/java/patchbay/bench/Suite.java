package patchbay.bench;

import java.util.List;
import patchbay.tensor.UserError;

/** The benchmarks there are. Building them prepares nothing: contenders do that when they are measured. */
record Suite(List<Benchmark> benchmarks) {

    /** Against the peers whose native parts are on the class path. */
    static Suite here() {
        return new Suite(List.of(MatrixProducts.benchmark(OpenBlas.isHere()), TrainingSteps.benchmark(LibTorch.isHere()),
                Decoding.benchmark(), Encoding.benchmark(), FusedAttention.benchmark(), Operations.benchmark(), Swapping.benchmark()));
    }

    List<String> names() {
        return benchmarks.stream().map(Benchmark::name).toList();
    }

    Benchmark named(String name) {
        return benchmarks.stream().filter(each -> each.name().equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown("benchmark", name, names()));
    }
}
