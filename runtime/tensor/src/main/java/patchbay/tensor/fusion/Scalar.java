package patchbay.tensor.fusion;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.function.BiConsumer;

/**
 * What a fused kernel computes with f32 numbers, in byte code: the very arithmetic of the plain kernels, rounded where they round.
 * Only functions whose result IEEE 754 prescribes to the last bit are here; exponentials and their like stay kernels of
 * their own, whose Vector API twins round in another way.
 */
enum Scalar {
    ADD(2, 0, (code, at) -> code.fload(at[0]).fload(at[1]).fadd()),
    SUBTRACT(2, 0, (code, at) -> code.fload(at[0]).fload(at[1]).fsub()),
    MULTIPLY(2, 0, (code, at) -> code.fload(at[0]).fload(at[1]).fmul()),
    DIVIDE(2, 0, (code, at) -> code.fload(at[0]).fload(at[1]).fdiv()),
    MAXIMUM(2, 0, (code, at) -> code.fload(at[0]).fload(at[1]).invokestatic(Type.MATH, "max", Type.OF_TWO)),
    MINIMUM(2, 0, (code, at) -> code.fload(at[0]).fload(at[1]).invokestatic(Type.MATH, "min", Type.OF_TWO)),
    /** x · scale + shift, rounded twice. */
    AFFINE(1, 2, (code, at) -> code.fload(at[0]).fload(at[1]).fmul().fload(at[2]).fadd()),
    /** x, low, high. */
    CLAMP(1, 2, (code, at) -> code.fload(at[0]).fload(at[1]).invokestatic(Type.MATH, "max", Type.OF_TWO)
            .fload(at[2]).invokestatic(Type.MATH, "min", Type.OF_TWO)),
    SQRT(1, 0, (code, at) -> root(code, at[0])),
    RSQRT(1, 0, (code, at) -> root(code.fconst_1(), at[0]).fdiv()),
    SQUARE(1, 0, (code, at) -> code.fload(at[0]).fload(at[0]).fmul()),
    ABS(1, 0, (code, at) -> code.fload(at[0]).invokestatic(Type.MATH, "abs", Type.OF_ONE)),
    SIGN(1, 0, (code, at) -> choice(code.fload(at[0]).fconst_0().fcmpl(), Opcode.IFGT, CodeBuilder::fconst_1,
            other -> choice(other.fload(at[0]).fconst_0().fcmpg(), Opcode.IFLT, less -> less.loadConstant(-1f), CodeBuilder::fconst_0))),
    /** A NaN stays one, and −0 becomes 0; without a branch, which a vectorized loop cannot have. */
    RELU(1, 0, (code, at) -> code.fload(at[0]).fconst_0().invokestatic(Type.MATH, "max", Type.OF_TWO)),
    /** Point, gradient. */
    RELU_GRADIENT(2, 0, (code, at) -> choice(code.fload(at[1]).fload(at[0]).fconst_0().fcmpl(), Opcode.IFGT,
            CodeBuilder::fconst_1, CodeBuilder::fconst_0).fmul()),
    LESS(2, 0, (code, at) -> truth(code.fload(at[0]).fload(at[1]).fcmpg(), Opcode.IFLT)),
    LESS_OR_EQUAL(2, 0, (code, at) -> truth(code.fload(at[0]).fload(at[1]).fcmpg(), Opcode.IFLE)),
    EQUAL(2, 0, (code, at) -> truth(code.fload(at[0]).fload(at[1]).fcmpl(), Opcode.IFEQ)),
    NOT_EQUAL(2, 0, (code, at) -> truth(code.fload(at[0]).fload(at[1]).fcmpl(), Opcode.IFNE)),
    /** Condition, a, b. */
    SELECT(3, 0, (code, at) -> choice(code.fload(at[0]).fconst_0().fcmpl(), Opcode.IFNE, yes -> yes.fload(at[1]), no -> no.fload(at[2]))),
    /** Condition, x: x where the condition is not 0. */
    KEEP(2, 0, (code, at) -> choice(code.fload(at[0]).fconst_0().fcmpl(), Opcode.IFNE, yes -> yes.fload(at[1]), CodeBuilder::fconst_0)),
    /** Condition, x: x where the condition is 0. */
    DROP(2, 0, (code, at) -> choice(code.fload(at[0]).fconst_0().fcmpl(), Opcode.IFEQ, yes -> yes.fload(at[1]), CodeBuilder::fconst_0));

    private static final class Type {
        static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
        static final MethodTypeDesc OF_ONE = MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_float);
        static final MethodTypeDesc OF_TWO = MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_float, ConstantDescs.CD_float);
        static final MethodTypeDesc OF_DOUBLE = MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_double);
    }

    private interface Part {
        CodeBuilder emit(CodeBuilder code);
    }

    private final int operands;
    private final int constants;
    private final BiConsumer<CodeBuilder, int[]> body;

    Scalar(int operands, int constants, BiConsumer<CodeBuilder, int[]> body) {
        this.operands = operands;
        this.constants = constants;
        this.body = body;
    }

    int operands() {
        return operands;
    }

    /** Numbers that it takes beside its operands, the same for all elements. */
    int constants() {
        return constants;
    }

    /** Leaves the result on the stack. @param slots local variables with the operands and then the constants */
    void emit(CodeBuilder code, int... slots) {
        body.accept(code, slots);
    }

    private static CodeBuilder root(CodeBuilder code, int slot) {
        return code.fload(slot).f2d().invokestatic(Type.MATH, "sqrt", Type.OF_DOUBLE).d2f();
    }

    private static CodeBuilder truth(CodeBuilder code, Opcode condition) {
        return choice(code, condition, CodeBuilder::fconst_1, CodeBuilder::fconst_0);
    }

    private static CodeBuilder choice(CodeBuilder code, Opcode condition, Part yes, Part no) {
        return code.ifThenElse(condition, yes::emit, no::emit);
    }
}
