package patchbay.tensor.fusion;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What one fused kernel computes for each element: terms over operands and over terms before them. It says nothing of
 * sizes and constants, so equal formulas share one class.
 *
 * @param operands how each operand is read, values 0, 1, …
 * @param terms the values after the operands, in order; the last is the result
 */
record Formula(List<Access> operands, List<Term> terms) {

    /** How an operand is read for the element in row r and column j of the output. */
    enum Access {
        /** Element for element. */
        FULL,
        /** The one element that it has. */
        SCALAR,
        /** Element j of a row that depends on r. */
        ROW,
        /** One element for the whole of row r. */
        COLUMN
    }

    /** @param values of the operands: numbers of values before this one */
    record Term(Scalar scalar, List<Integer> values) {}

    Formula {
        operands = List.copyOf(operands);
        terms = List.copyOf(terms);
    }

    /** Whether the kernel works row by row because an operand is stretched; otherwise its rows are single elements. */
    boolean byRows() {
        return operands.contains(Access.ROW) || operands.contains(Access.COLUMN);
    }

    /** The name of the kernel's method: {@code multiplyAddSquare}. */
    String name() {
        var joined = terms.stream().map(Term::scalar).map(Formula::word).collect(Collectors.joining());
        return joined.substring(0, 1).toLowerCase(Locale.ROOT) + joined.substring(1);
    }

    private static String word(Scalar scalar) {
        return java.util.Arrays.stream(scalar.name().split("_"))
                .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT)).collect(Collectors.joining());
    }

    /** Positions of the operands that need to be told how they are stretched. */
    int[] stretched() {
        return IntStream.range(0, operands.size())
                .filter(index -> operands.get(index) == Access.ROW || operands.get(index) == Access.COLUMN).toArray();
    }
}
