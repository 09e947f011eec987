package patchbay.kernels;

/**
 * Comparisons, 1 where they hold and 0 elsewhere, and the choice by a condition. Broadcast like the {@code …Rows} kernels of
 * {@link Arithmetic}. Nothing holds of a NaN but that it is not equal.
 */
public final class Comparisons {

    private Comparisons() {}

    public static void lessRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] < b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    public static void lessIntRows(int first, int count, int[] a, int[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] < b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    public static void lessOrEqualRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] <= b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    public static void lessOrEqualIntRows(int first, int count, int[] a, int[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] <= b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    public static void equalRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] == b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    public static void equalIntRows(int first, int count, int[] a, int[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] == b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    public static void notEqualRows(int first, int count, float[] a, float[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] != b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    public static void notEqualIntRows(int first, int count, int[] a, int[] b, float[] out, int width,
            int aDivide, int aRows, int aRow, int aStep, int bDivide, int bRows, int bRow, int bStep) {
        for (@Parallel int i = 0; i < count; i++) {
            int row = first + i;
            int from = row / aDivide % aRows * aRow;
            int with = row / bDivide % bRows * bRow;
            for (int j = 0; j < width; j++) {
                out[row * width + j] = a[from + j * aStep] != b[with + j * bStep] ? 1f : 0f;
            }
        }
    }

    /** a where the condition is not 0, else b. */
    public static void select(int first, int count, float[] condition, float[] a, float[] b, float[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = condition[at] != 0f ? a[at] : b[at];
        }
    }

    /** a where the condition is not 0, else b. */
    public static void selectInts(int first, int count, float[] condition, int[] a, int[] b, int[] out) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            out[at] = condition[at] != 0f ? a[at] : b[at];
        }
    }

    /** x where the condition is not 0 (or, if {@code kept} is 0, where it is 0), else 0. */
    public static void mask(int first, int count, float[] condition, float[] x, float[] out, int kept) {
        for (@Parallel int i = 0; i < count; i++) {
            int at = first + i;
            int holds = condition[at] != 0f ? 1 : 0;
            out[at] = holds == kept ? x[at] : 0f;
        }
    }
}
