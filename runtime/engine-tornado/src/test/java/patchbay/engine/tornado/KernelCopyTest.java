package patchbay.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.TypeAnnotation;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.LocalVariable;
import org.junit.jupiter.api.Test;
import patchbay.kernels.Noise;
import patchbay.kernels.Parallel;
import patchbay.kernels.Softmax;
import patchbay.tensor.Kernel;
import patchbay.tensor.UserError;

/** What TornadoVM is given in the place of a kernel computes the same. */
class KernelCopyTest {

    /** Kernels that TornadoVM would compile wrong, or not at all. */
    public static final class Awkward {

        private Awkward() {}

        public static void shifts(int first, int count, int[] x, long[] y, int[] out, long[] wide) {
            for (@Parallel int i = 0; i < count; i++) {
                out[i] = x[i] >>> i;
                wide[i] = y[i] >>> i * 2;
            }
        }
    }

    public static final class Fused {

        private Fused() {}

        public static void twice(int first, int count, float[] x) {
            for (@Parallel int i = 0; i < count; i++) {
                x[i] = 2 * x[i];
            }
        }

        public static void fma(int first, int count, float[] x) {
            for (@Parallel int i = 0; i < count; i++) {
                x[i] = squared(x[i]);
            }
        }

        private static float squared(float x) {
            return Math.fma(x, x, 1);
        }
    }

    @Test
    void methodsCallOneAnotherUnderTheirNewNames() throws Exception {
        var kernel = Kernel.of(Softmax.class, "crossEntropy").method();
        var copy = KernelCopy.of(KernelCopy.of(Softmax.class, 3), kernel);
        assertEquals("patchbay.kernels.Softmax_3.Softmax_crossEntropy", copy.getDeclaringClass().getName() + "." + copy.getName());
        var logits = new float[] {1, 2, 3, 4, 5, 6};
        var expected = new float[2];
        var actual = new float[2];
        Softmax.crossEntropy(0, 2, logits, new int[] {2, 0}, expected, new float[2], 3);
        copy.invoke(null, 0, 2, logits, new int[] {2, 0}, actual, new float[2], 3);
        assertArrayEquals(expected, actual);
    }

    @Test
    void noiseIsTheSame() throws Exception {
        var copy = KernelCopy.of(KernelCopy.of(Noise.class, 1), Kernel.of(Noise.class, "uniform").method());
        var expected = new float[100];
        var actual = new float[100];
        Noise.uniform(0, 100, new int[] {3}, expected, 7);
        copy.invoke(null, 0, 100, new int[] {3}, actual, 7);
        assertArrayEquals(expected, actual);
    }

    @Test
    void shiftsThatFillWithZerosDo() throws Exception {
        var copy = KernelCopy.of(KernelCopy.of(Awkward.class, 1), Kernel.of(Awkward.class, "shifts").method());
        var x = new int[40];
        var y = new long[40];
        for (int i = 0; i < x.length; i++) {
            x[i] = -1_000_003 * (i + 1);
            y[i] = i % 2 == 0 ? Long.MIN_VALUE + i : 0x123456789abcdefL * (i + 1);
        }
        var expected = new int[40];
        var wide = new long[40];
        Awkward.shifts(0, 40, x, y, expected, wide);
        var actual = new int[40];
        var actualWide = new long[40];
        copy.invoke(null, 0, 40, x, y, actual, actualWide);
        assertArrayEquals(expected, actual);
        assertArrayEquals(wide, actualWide);
    }

    @Test
    void whatTornadoVmCompilesWrongIsRefusedWhereItIsCalled() {
        var copy = KernelCopy.of(Fused.class, 1);
        var error = assertThrows(UserError.class, () -> KernelCopy.of(copy, Kernel.of(Fused.class, "fma").method()));
        assertTrue(error.getMessage().contains("Fused.fma calls Math.fma, which TornadoVM"), error.getMessage());
        assertEquals("Fused_twice", KernelCopy.of(copy, Kernel.of(Fused.class, "twice").method()).getName());
    }

    /** TornadoVM finds the parallel loop by where its variable lives. */
    @Test
    void theAnnotationFollowsTheCode() throws Exception {
        var copy = KernelCopy.of(Awkward.class, 2);
        try (var in = copy.getClassLoader().getResourceAsStream(copy.getName().replace('.', '/') + ".class")) {
            var code = (CodeAttribute) ClassFile.of().parse(in.readAllBytes()).methods().stream()
                    .filter(method -> method.methodName().equalsString("Awkward_shifts")).findFirst().orElseThrow().code().orElseThrow();
            var loop = code.elementStream().filter(LocalVariable.class::isInstance).map(LocalVariable.class::cast)
                    .filter(variable -> variable.name().equalsString("i_")).findFirst().orElseThrow();
            var annotation = code.findAttribute(Attributes.runtimeVisibleTypeAnnotations()).orElseThrow().annotations().getFirst();
            var there = ((TypeAnnotation.LocalVarTarget) annotation.targetInfo()).table().getFirst();
            assertEquals(code.labelToBci(loop.startScope()), code.labelToBci(there.startLabel()));
            assertEquals(code.labelToBci(loop.endScope()), code.labelToBci(there.endLabel()));
        }
    }
}
