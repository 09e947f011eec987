package patchbay.tensor.operations;

import patchbay.kernels.HalfPrecision;
import patchbay.tensor.DType;
import patchbay.tensor.Kernel;
import patchbay.tensor.Launch;
import patchbay.tensor.Origin;
import patchbay.tensor.Tensor;

/** What operations have in common that read an operand in 16 bits as well as in 32, and compute in f32 in either case. */
final class Halves {

    private Halves() {}

    /**
     * What {@code operand} was widened from, or itself if it was not: so that whoever built {@code weights.toFloat()} has the halves
     * read, and nothing widened in memory.
     */
    static Tensor unwidened(Tensor operand) {
        return operand.origin() instanceof Origin.Result(var node, int _) && node.operation().equals(new Cast(DType.F32))
                && node.input(0).dtype().isFloat() ? node.inputs().getFirst() : operand;
    }

    /** In f32 whatever it is kept in. */
    static Tensor widened(Tensor operand) {
        return operand.dtype() == DType.F32 ? operand : operand.toFloat();
    }

    /** A launch of the kernel for the type in which the operand is kept. */
    static Launch launch(DType kept, Kernel f32, Kernel half, int rows) {
        return Launch.of(kept == DType.F32 ? f32 : half, rows);
    }

    /** Adds the last value that a kernel of halves takes: their format. */
    static Launch format(DType kept, Launch launch) {
        return switch (kept) {
            case F16 -> launch.value(HalfPrecision.F16);
            case BF16 -> launch.value(HalfPrecision.BF16);
            default -> launch;
        };
    }
}
