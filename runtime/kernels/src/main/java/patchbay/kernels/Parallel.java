package patchbay.kernels;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the loop variable of a kernel's outermost loop: its iterations are independent of one another, so an engine may
 * run them in any order, on several threads, or as the grid of a GPU.
 *
 * <p>A kernel is a {@code public static void} method of plain Java over primitive arrays and scalars,
 * {@code (int first, int count, arrays…, scalars…)}:
 *
 * <pre>{@code
 * public static void negate(int first, int count, float[] x, float[] out) {
 *     for (@Parallel int i = 0; i < count; i++) {
 *         out[first + i] = -x[first + i];
 *     }
 * }
 * }</pre>
 *
 * <p>A kernel must not use an array's length (a buffer may be longer than the tensor in it), must not keep anything
 * between calls, and must give each row the same bits whatever range the row is computed in.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.LOCAL_VARIABLE, ElementType.TYPE_USE})
public @interface Parallel {}
