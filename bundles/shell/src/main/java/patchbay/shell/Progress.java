package patchbay.shell;

import patchbay.lab.record.Measurement;

/** The line that tells how far a run is: one that is written over on a terminal, and else a new one now and then. */
final class Progress {

    private static final String CLEAR = "\r\u001b[K";

    private final Output output;
    private final boolean ansi;
    private int shown;

    /** @param ansi whether the terminal's escape sequences may be used; without, a line is cleared by spaces */
    Progress(Output output, boolean ansi) {
        this.output = output;
        this.ansi = ansi;
    }

    /** Milliseconds between two lines. */
    long period() {
        return output.terminal() ? 200 : 5_000;
    }

    /**
     * @param secondsPerStep of the last steps and what lies between them; NaN if nobody can tell yet
     * @param units what a run counts: {@code tokens}, {@code examples}
     */
    static String text(Measurement measurement, long steps, double secondsPerStep, String units) {
        int width = Long.toString(steps).length();
        double tokens = measurement.tokensPerSecond() * measurement.milliseconds() / 1000;
        double speed = Double.isNaN(secondsPerStep) ? measurement.tokensPerSecond() : tokens / secondsPerStep;
        return ("step %" + width + "d/%d  loss %s  %s %s/s  %s left").formatted(measurement.step(), steps,
                Numbers.loss(measurement.loss()), Numbers.whole(speed), units, Numbers.time(secondsPerStep * (steps - measurement.step())));
    }

    void show(String line) {
        if (!output.terminal()) {
            output.line(line);
        } else if (ansi) {
            output.print(CLEAR + line);
            shown = line.length();
        } else {
            output.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
            shown = line.length();
        }
    }

    /** Whether the last line can still be read: one that was taken away can not. */
    boolean isShown() {
        return !output.terminal() || shown > 0;
    }

    /** Takes the line away, so that something else can be written. */
    void clear() {
        if (shown > 0) {
            output.print(ansi ? CLEAR : "\r" + " ".repeat(shown) + "\r");
            shown = 0;
        }
    }
}
