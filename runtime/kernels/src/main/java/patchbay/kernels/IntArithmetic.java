package patchbay.kernels;

/**
 * Arithmetic on i32, wrapping round at 32 bits; a division rounds toward zero, and by zero yields 0. Broadcasts like the
 * {@code …Rows} kernels of {@link Arithmetic}.
 */
public final class IntArithmetic {

    private IntArithmetic() {}

    public static void addRows(int first, int count, int[] a, int[] b, int[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] + b[with + j * bStep];
            }
        }
    }

    public static void subtractRows(int first, int count, int[] a, int[] b, int[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] - b[with + j * bStep];
            }
        }
    }

    public static void multiplyRows(int first, int count, int[] a, int[] b, int[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] * b[with + j * bStep];
            }
        }
    }

    public static void divideRows(int first, int count, int[] a, int[] b, int[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = b[with + j * bStep] == 0 ? 0 : a[from + j * aStep] / b[with + j * bStep];
            }
        }
    }

    public static void maximumRows(int first, int count, int[] a, int[] b, int[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = Math.max(a[from + j * aStep], b[with + j * bStep]);
            }
        }
    }

    public static void minimumRows(int first, int count, int[] a, int[] b, int[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = Math.min(a[from + j * aStep], b[with + j * bStep]);
            }
        }
    }
}
