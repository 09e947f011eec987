package patchbay.engine.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import patchbay.engine.cpu.Coarse;
import patchbay.engine.cpu.Prepared;

/** Every fast kernel against its plain twin, and against itself in other ranges. */
class TwinsTest {

    @TestFactory
    Stream<DynamicTest> everyTwinAgreesWithThePlainKernel() throws Exception {
        var folder = new File(Vectors.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var files = new File(folder, Vectors.class.getPackageName().replace('.', '/')).list((_, name) -> name.endsWith(".class") && !name.contains("$"));
        var tests = new ArrayList<DynamicTest>();
        for (var file : files) {
            var fast = Class.forName(Vectors.class.getPackageName() + "." + file.substring(0, file.length() - ".class".length()));
            var kernels = Arrays.stream(fast.getDeclaredMethods()).filter(TwinsTest::isKernel).toList();
            if (!kernels.isEmpty()) {
                var cases = cases(fast);
                kernels.forEach(kernel -> tests.add(dynamicTest(fast.getSimpleName() + "." + kernel.getName(), () -> {
                    var plain = Class.forName("patchbay.kernels." + fast.getSimpleName()).getMethod(kernel.getName(), kernel.getParameterTypes());
                    var mine = cases.stream().filter(each -> each.method().equals(kernel.getName())).toList();
                    assertTrue(!mine.isEmpty(), "no case compares this twin with the plain kernel");
                    for (var each : mine) {
                        compare(plain, kernel, each);
                    }
                    var coarse = kernel.getAnnotation(Coarse.class);
                    if (coarse != null && coarse.by().length > 0) {
                        int prepared = 0;
                        for (var each : mine) {
                            prepared += comparePrepared(kernel, coarse.by()[0], each) ? 1 : 0;
                        }
                        assertTrue(prepared > 0, "no case has anything to prepare");
                    }
                })));
            }
        }
        assertTrue(!tests.isEmpty());
        return tests.stream();
    }

    private static boolean isKernel(Method method) {
        return Modifier.isPublic(method.getModifiers()) && Modifier.isStatic(method.getModifiers()) && method.getReturnType() == void.class;
    }

    @SuppressWarnings("unchecked")
    private static List<TwinCase> cases(Class<?> fast) throws ReflectiveOperationException {
        return (List<TwinCase>) Class.forName(fast.getName() + "Cases").getDeclaredMethod("cases").invoke(null);
    }

    private static void compare(Method plain, Method fast, TwinCase each) throws ReflectiveOperationException {
        int rows = each.rows();
        var expected = run(plain, each, 0, rows);
        var whole = run(fast, each, 0, rows);
        for (int i = 0; i < expected.length; i++) {
            assertClose(expected[i], whole[i], each, i);
        }
        for (var borders : new int[][] {{0, 1, rows}, {0, rows / 3, rows - 1, rows}, {0, (rows + 1) / 2, rows}}) {
            var parts = run(fast, each, Arrays.stream(borders).map(border -> Math.clamp(border, 0, rows)).toArray());
            for (int i = 0; i < whole.length; i++) {
                int argument = i;
                if (whole[i] instanceof float[] floats) {
                    assertArrayEquals(floats, (float[]) parts[i], () -> each + ", argument " + argument + ", split at " + Arrays.toString(borders));
                }
            }
        }
    }

    /** With what was prepared the bits are the kernel's; false if this case has nothing to prepare. */
    private static boolean comparePrepared(Method fast, Class<? extends Prepared> by, TwinCase each) throws ReflectiveOperationException {
        var arguments = each.arguments().clone();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = arguments[i] instanceof float[] floats ? floats.clone() : arguments[i];
        }
        var launch = (Prepared) by.getConstructors()[0].newInstance(arguments);
        if (launch.preparation().isEmpty()) {
            return false;
        }
        var prepared = launch.preparation().get();
        var expected = run(fast, each, 0, each.rows());
        for (int share : new int[] {1, 3, prepared.parts()}) {
            var space = TwinCase.unset(prepared.size() + 5);
            for (int part = 0; part < prepared.parts(); part += share) {
                prepared.prepare(space, part, Math.min(share, prepared.parts() - part));
            }
            for (int row = 0; row < each.rows(); row += 40 * share) {
                launch.compute(space, row, Math.min(40 * share, each.rows() - row));
            }
            for (int i = 0; i < expected.length; i++) {
                int argument = i;
                if (expected[i] instanceof float[] floats) {
                    assertArrayEquals(floats, (float[]) arguments[i], () -> each + " prepared, argument " + argument);
                }
            }
        }
        return true;
    }

    /** The arguments after the kernel ran on the ranges between {@code borders}; an array given twice is one array then, too. */
    private static Object[] run(Method kernel, TwinCase each, int... borders) throws ReflectiveOperationException {
        var given = each.arguments();
        var all = new Object[given.length + 2];
        var copies = new IdentityHashMap<Object, Object>();
        for (int i = 0; i < given.length; i++) {
            all[i + 2] = copies.computeIfAbsent(given[i], argument -> switch (argument) {
                case float[] floats -> floats.clone();
                case int[] ints -> ints.clone();
                case short[] shorts -> shorts.clone();
                default -> argument;
            });
        }
        for (int i = 1; i < borders.length; i++) {
            all[0] = borders[i - 1];
            all[1] = borders[i] - borders[i - 1];
            kernel.invoke(null, all);
        }
        return Arrays.copyOfRange(all, 2, all.length);
    }

    private static void assertClose(Object expected, Object actual, TwinCase each, int argument) {
        switch (expected) {
            case float[] floats -> {
                var others = (float[]) actual;
                double scale = 0;
                for (float value : floats) {
                    scale = Float.isFinite(value) ? Math.max(scale, Math.abs(value)) : scale;
                }
                for (int i = 0; i < floats.length; i++) {
                    assertEquals(floats[i], others[i], Math.max(each.tolerance() * scale, Float.MIN_VALUE),
                            () -> each + ": argument " + argument);
                }
            }
            case int[] ints -> assertArrayEquals(ints, (int[]) actual, () -> each + ": argument " + argument);
            case short[] shorts -> assertArrayEquals(shorts, (short[]) actual, () -> each + ": argument " + argument);
            default -> assertEquals(expected, actual);
        }
    }
}
