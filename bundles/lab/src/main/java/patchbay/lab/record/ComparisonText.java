package patchbay.lab.record;

import java.util.List;
import java.util.Locale;

/** A comparison as the shell shows it: both runs side by side, then only what differs. */
final class ComparisonText {

    private static final int SHOWN_EVALUATIONS = 12;

    private final StringBuilder text = new StringBuilder();

    ComparisonText(Comparison comparison) {
        var left = comparison.left();
        var right = comparison.right();
        int width = Math.max(14, Math.max(left.run().length(), right.run().length()));
        row(width, "run", left.run(), right.run());
        row(width, "state", left.state().name(), right.state().name());
        row(width, "steps", Long.toString(left.steps()), Long.toString(right.steps()));
        row(width, "loss", number("%.4f", left.loss()), number("%.4f", right.loss()));
        row(width, "validation loss", number("%.4f", left.validationLoss()), number("%.4f", right.validationLoss()));
        row(width, "tokens/s", number("%,.0f", left.tokensPerSecond()), number("%,.0f", right.tokensPerSecond()));
        section("settings", comparison.settings());
        section("wiring at the start", comparison.wiring());
        section("bundles at the start", comparison.bundles());
        section("swaps and rollbacks", comparison.changes());
        section("data", comparison.data());
        section("environment", comparison.environment());
        losses(comparison);
    }

    private void row(int width, String name, String left, String right) {
        text.append(String.format("%-16s  %-" + width + "s  %s%n", name, left, right));
    }

    private void section(String title, List<Difference> differences) {
        text.append(String.format("%n%s%s%n", title, differences.isEmpty() ? ": the same" : ""));
        differences.forEach(difference -> text.append("  ").append(difference).append(System.lineSeparator()));
    }

    private void losses(Comparison comparison) {
        var losses = comparison.losses();
        text.append(System.lineSeparator());
        if (losses.common() == 0) {
            text.append(String.format("losses: no step that both have%n"));
        } else if (losses.same()) {
            text.append(String.format(Locale.ROOT, "losses: bit-identical at all %,d common steps%n", losses.common()));
        } else {
            text.append(String.format(Locale.ROOT, "losses: bit-identical for %,d of %,d common steps; step %,d is the first that differs: %s | %s (largest difference %.2e)%n",
                    losses.identical(), losses.common(), losses.firstDiffering(), losses.left(), losses.right(), losses.largest()));
        }
        var evaluations = comparison.evaluations();
        if (!evaluations.isEmpty()) {
            text.append(String.format("validation losses%n  %8s  %8s  %8s  %9s%n", "step", "left", "right", "right-left"));
            int stride = Math.ceilDiv(evaluations.size(), SHOWN_EVALUATIONS);
            for (int i = 0; i < evaluations.size(); i++) {
                var both = evaluations.get(i);
                if (i % stride == 0 || i == evaluations.size() - 1) {
                    text.append(String.format("  %8d  %8s  %8s  %9s%n", both.step(), number("%.4f", both.left()), number("%.4f", both.right()),
                            number("%+.4f", both.right() - both.left())));
                }
            }
        }
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
