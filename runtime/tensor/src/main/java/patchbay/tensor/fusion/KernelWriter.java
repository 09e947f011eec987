package patchbay.tensor.fusion;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.Annotation;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeAnnotation;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import patchbay.tensor.fusion.Formula.Access;

/**
 * Writes the class of a {@link Formula}: a plain kernel as one would write it by hand, with its {@code @Parallel} loop.
 *
 * <p>Parameters: {@code first, count}, the operands' arrays, the output's; if it works by rows the width and for each
 * stretched operand {@code divide, rows, row} as in {@link patchbay.kernels.Arithmetic}; the terms' constants.
 */
final class KernelWriter {

    static final String CLASS = "patchbay.tensor.fused.Fused";

    private static final ClassDesc FLOATS = CD_float.arrayType();
    private static final ClassDesc PARALLEL = ClassDesc.of("patchbay.kernels.Parallel");
    private static final int FIRST = 0;
    private static final int COUNT = 1;
    private static final int ARRAYS = 2;

    private final Formula formula;
    private final int out;
    private final int width;
    /** First of the three parameters of the operand, where it is stretched. */
    private final int[] stretch;
    /** First constant of the term. */
    private final int[] constants;
    private final MethodTypeDesc type;
    /** Local variable with the value of an operand or a term. */
    private final int[] values;

    private KernelWriter(Formula formula) {
        this.formula = formula;
        var parameters = new ArrayList<ClassDesc>(List.of(CD_int, CD_int));
        formula.operands().forEach(_ -> parameters.add(FLOATS));
        out = parameters.size();
        parameters.add(FLOATS);
        width = parameters.size();
        if (formula.byRows()) {
            parameters.add(CD_int);
        }
        stretch = new int[formula.operands().size()];
        for (int operand : formula.stretched()) {
            stretch[operand] = parameters.size();
            parameters.addAll(List.of(CD_int, CD_int, CD_int));
        }
        constants = new int[formula.terms().size()];
        for (int term = 0; term < constants.length; term++) {
            constants[term] = parameters.size();
            for (int i = 0; i < formula.terms().get(term).scalar().constants(); i++) {
                parameters.add(CD_float);
            }
        }
        type = MethodTypeDesc.of(CD_void, parameters);
        values = new int[formula.operands().size() + formula.terms().size()];
    }

    static byte[] write(Formula formula) {
        var writer = new KernelWriter(formula);
        return ClassFile.of().build(ClassDesc.of(CLASS), type -> type
                .withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                .withMethodBody(formula.name(), writer.type, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC, writer::body));
    }

    private void body(CodeBuilder code) {
        for (int parameter = 0; parameter < type.parameterCount(); parameter++) { // a compiler for another device asks for their names
            code.localVariable(parameter, "p" + parameter, type.parameterType(parameter), code.startLabel(), code.endLabel());
        }
        for (int value = 0; value < values.length; value++) {
            values[value] = code.allocateLocal(TypeKind.FLOAT);
        }
        read(code, Access.SCALAR, operand -> code.iconst_0());
        int i = code.allocateLocal(TypeKind.INT);
        int row = code.allocateLocal(TypeKind.INT);
        var loop = loop(code, i, COUNT, () -> {
            code.iload(FIRST).iload(i).iadd().istore(row);
            if (formula.byRows()) {
                alongRow(code, row);
            } else {
                element(code, row);
            }
        });
        code.localVariable(i, "i", CD_int, loop.start, loop.end);
        code.with(RuntimeVisibleTypeAnnotationsAttribute.of(TypeAnnotation.of(
                TypeAnnotation.TargetInfo.ofLocalVariable(List.of(TypeAnnotation.LocalVarTargetInfo.of(loop.start, loop.end, i))),
                List.of(), Annotation.of(PARALLEL))));
        code.return_();
    }

    private void alongRow(CodeBuilder code, int row) {
        var bases = new int[formula.operands().size()];
        for (int operand : formula.stretched()) {
            bases[operand] = code.allocateLocal(TypeKind.INT);
            code.iload(row).iload(stretch[operand]).idiv().iload(stretch[operand] + 1).irem().iload(stretch[operand] + 2).imul()
                    .istore(bases[operand]);
        }
        read(code, Access.COLUMN, operand -> code.iload(bases[operand]));
        int start = code.allocateLocal(TypeKind.INT);
        int j = code.allocateLocal(TypeKind.INT);
        int at = code.allocateLocal(TypeKind.INT);
        code.iload(row).iload(width).imul().istore(start);
        loop(code, j, width, () -> {
            code.iload(start).iload(j).iadd().istore(at);
            read(code, Access.ROW, operand -> code.iload(bases[operand]).iload(j).iadd());
            element(code, at);
        });
    }

    /** Computes the output's element {@code at}, all operands but the full ones having been read. */
    private void element(CodeBuilder code, int at) {
        read(code, Access.FULL, _ -> code.iload(at));
        int value = formula.operands().size();
        for (int term = 0; term < formula.terms().size(); term++) {
            var each = formula.terms().get(term);
            int operands = each.scalar().operands();
            var slots = new int[operands + each.scalar().constants()];
            Arrays.setAll(slots, k -> k < operands ? values[each.values().get(k)] : 0);
            for (int k = operands; k < slots.length; k++) {
                slots[k] = constants[term] + k - operands;
            }
            each.scalar().emit(code, slots);
            code.fstore(values[value++]);
        }
        code.aload(out).iload(at).fload(values[values.length - 1]).fastore();
    }

    private interface Index {
        void push(int operand);
    }

    private void read(CodeBuilder code, Access access, Index index) {
        for (int operand = 0; operand < formula.operands().size(); operand++) {
            if (formula.operands().get(operand) == access) {
                code.aload(ARRAYS + operand);
                index.push(operand);
                code.faload().fstore(values[operand]);
            }
        }
    }

    /** Where a loop's variable is in scope. */
    private record Span(Label start, Label end) {}

    /** {@code for (int i = 0; i < end; i++)}, tested at the top as compilers write it. */
    private static Span loop(CodeBuilder code, int variable, int end, Runnable body) {
        var top = code.newLabel();
        var done = code.newLabel();
        code.iconst_0().istore(variable).labelBinding(top).iload(variable).iload(end).if_icmpge(done);
        body.run();
        code.iinc(variable, 1).goto_(top).labelBinding(done);
        return new Span(top, done);
    }
}
