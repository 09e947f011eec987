package patchbay.lab.report;

import static patchbay.lab.report.Html.escape;
import static patchbay.lab.report.Html.number;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.History;
import patchbay.lab.record.Journal;
import patchbay.lab.record.RunFolder;
import patchbay.lab.record.RunSummary;
import patchbay.lab.record.Series;
import patchbay.lab.record.Specialisation;
import patchbay.lab.record.SwapEffect;
import patchbay.tensor.UserError;

/** A run as one page that needs nothing else: no network, no other file. It can be written at any time, also while the run goes on. */
public final class Report {

    private static final double WIDTH = 960;

    private final RunFolder folder;
    private final RunSummary summary;
    private final History history;
    private final Series series;
    private final List<Marker> markers;
    private final long lastStep;
    private final StringBuilder page = new StringBuilder();

    private Report(RunFolder folder) {
        this.folder = folder;
        this.summary = folder.summary();
        this.history = Files.exists(folder.journal()) ? Journal.read(folder.journal()).effective() : new History(List.of());
        this.series = Series.read(folder.metrics());
        this.markers = Marker.of(history.events().toList());
        this.lastStep = series.size() == 0 ? 0 : series.steps()[series.size() - 1];
    }

    /**
     * Writes {@code report.html} of a run.
     *
     * @return where it is
     * @throws UserError if a file of the run cannot be read
     */
    public static Path write(RunFolder folder) {
        var html = html(folder);
        try {
            var written = folder.path().resolve("report.html.tmp");
            Files.writeString(written, html);
            Files.move(written, folder.report(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return folder.report();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder.report() + ": " + e.getMessage(), e);
        }
    }

    static String html(RunFolder folder) {
        var report = new Report(folder);
        report.head();
        report.losses();
        report.effects();
        report.load();
        Specialisation.read(folder).ifPresent(specialisation -> new Specialisations(report.page, specialisation).write());
        report.course();
        report.samples();
        new Wirings(report.page, report.history).write();
        report.happenings();
        report.settings();
        new Origins(report.page, folder).write();
        report.page.append("</main>\n<script>").append(resource("report.js")).append("</script>\n</body>\n</html>\n");
        return report.page.toString();
    }

    private void head() {
        var title = escape(summary.experiment().isEmpty() ? summary.run() : summary.experiment());
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n")
                .append("<title>").append(title).append(" · Patchbay</title>\n<style>\n").append(resource("report.css")).append("</style>\n</head>\n<body>\n<main>\n");
        page.append("<header><h1>").append(title).append("</h1><p>run <code>").append(escape(summary.run())).append("</code> · <span class=\"state ")
                .append(summary.state()).append("\">").append(summary.state()).append("</span> · ").append(summary.started().toString().substring(0, 16).replace('T', ' '))
                .append(" UTC · ").append(duration(summary.seconds())).append("</p>");
        if (!summary.problem().isEmpty()) {
            page.append("<p class=\"problem\">").append(escape(summary.problem())).append("</p>");
        }
        page.append("</header>\n<div class=\"tiles\">\n");
        tile("validation loss", number("%.4f", summary.validationLoss()), "nats a token or example");
        tile("training loss", number("%.4f", tailMean(series.loss())), "mean of the last " + Math.min(SwapEffect.WINDOW, series.size()) + " steps");
        tile("steps", String.format(Locale.ROOT, "%,d", summary.steps()), "");
        tile("speed", number("%,.0f", summary.tokensPerSecond()), "tokens or examples a second, median of the last steps");
        tile("swaps", Integer.toString(summary.swaps()), summary.rollbacks() + " rolled back, " + summary.refused() + " refused");
        page.append("</div>\n");
    }

    private void tile(String name, String value, String note) {
        page.append("<div class=\"tile\"><span>").append(name).append("</span><strong>").append(value).append("</strong><small>").append(note).append("</small></div>\n");
    }

    private double tailMean(float[] values) {
        double sum = 0;
        int from = Math.max(0, values.length - SwapEffect.WINDOW);
        for (int i = from; i < values.length; i++) {
            sum += values[i];
        }
        return sum / (values.length - from);
    }

    private void losses() {
        page.append("<section><h2>Loss</h2>\n");
        if (series.size() == 0) {
            page.append("<p>No step is done yet.</p></section>\n");
            return;
        }
        var smooth = Curve.smooth(series.loss(), boundaries());
        var envelope = Curve.envelope(series.steps(), series.loss());
        var line = Curve.thin(series.steps(), smooth);
        var validation = validation();
        // The fall of the first steps would press everything else flat: what is above the frame is cut.
        var shown = new ArrayList<Double>();
        for (int i = Math.min(line.values().length / 40, line.values().length - 1); i < line.values().length; i++) {
            shown.add(line.values()[i]);
        }
        for (double loss : validation.values()) {
            shown.add(loss);
        }
        for (int i = envelope[0].values().length / 4; i < envelope[0].values().length; i++) {
            shown.add(envelope[0].values()[i]);
        }
        var range = shown.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).summaryStatistics();
        double room = 0.05 * (range.getMax() - range.getMin());
        page.append("<p class=\"legend\"><span class=\"key raw\"></span>training, each step <span class=\"key training\"></span>training, smoothed ")
                .append("<span class=\"key validation\"></span>held-out <span class=\"key swapped\"></span>swap <span class=\"key rolled-back\"></span>rollback ")
                .append("<span class=\"key refused\"></span>refused</p>\n<div class=\"chart\" id=\"loss-chart\">");
        var chart = new LineChart("loss", WIDTH, 380, true, lastStep, range.getMin() - room, range.getMax() + room);
        boolean everyStep = envelope[0].values().length == series.size();
        page.append((everyStep ? chart.line("raw", envelope[0]) : chart.band("raw", envelope[0], envelope[1])).line("training", line).line("validation", validation).dots("validation", validation)
                .markers(markers).svg());
        page.append("<output></output></div>\n<script type=\"application/json\" id=\"loss-points\">");
        points(line);
        page.append("</script>\n</section>\n");
    }

    /** Pairs of step and smoothed loss, for the reading under the pointer. */
    private void points(Curve curve) {
        page.append('[');
        var separator = "";
        for (int i = 0; i < curve.steps().length; i++) {
            if (Double.isFinite(curve.values()[i])) {
                page.append(separator).append(String.format(Locale.ROOT, "[%d,%.4f]", (long) curve.steps()[i], curve.values()[i]));
                separator = ",";
            }
        }
        page.append(']');
    }

    private Curve validation() {
        var evaluated = history.all(Event.Evaluated.class);
        return new Curve(evaluated.stream().mapToDouble(Event.Evaluated::step).toArray(), evaluated.stream().mapToDouble(Event.Evaluated::loss).toArray());
    }

    private int[] boundaries() {
        return history.events().filter(event -> event instanceof Event.Swapped || event instanceof Event.RolledBack)
                .mapToInt(event -> series.after(event.step())).filter(index -> index > 0 && index < series.size()).sorted().distinct().toArray();
    }

    private void effects() {
        var effects = SwapEffect.of(history, series);
        if (effects.isEmpty()) {
            return;
        }
        page.append("<section><h2>Before and after each swap</h2>\n<div class=\"scroll\"><table><thead><tr><th class=\"n\">step</th><th>change</th>")
                .append("<th class=\"n\" colspan=\"3\">held-out loss<br><small>before → next → last</small></th>")
                .append("<th class=\"n\" colspan=\"2\">MaxVio<br><small>before → after</small></th>")
                .append("<th class=\"n\" colspan=\"2\">speed<br><small>before → after</small></th><th class=\"n\">pause</th></tr></thead><tbody>\n");
        for (var effect : effects) {
            page.append("<tr>").append(cell(String.format(Locale.ROOT, "%,d", effect.step()))).append("<td>").append(escape(effect.label())).append("</td>")
                    .append(cell(number("%.4f", effect.validationBefore()))).append(cell(number("%.4f", effect.validationNext())))
                    .append(cell(number("%.4f", effect.validationLast()))).append(cell(number("%.3f", effect.maxVioBefore())))
                    .append(cell(number("%.3f", effect.maxVioAfter()))).append(cell(number("%,.0f", effect.speedBefore())))
                    .append(cell(number("%,.0f", effect.speedAfter()))).append(cell(number("%.1f ms", effect.pauseMillis()))).append("</tr>\n");
        }
        page.append("</tbody></table></div>\n<p class=\"note\">MaxVio and speed over up to ").append(SwapEffect.WINDOW).append(" steps on each side; ")
                .append("“last” is the last measurement before the next change, or the end.</p></section>\n");
    }

    private static String cell(String number) {
        return "<td class=\"n\">" + number + "</td>";
    }

    private void load() {
        var load = LoadHistory.read(folder.metrics(), lastStep);
        if (load.layers().isEmpty()) {
            return;
        }
        page.append("<section><h2>Load of the experts</h2>\n<p class=\"legend\">none <span class=\"scale\"></span> 4 × the even share or more; ")
                .append("the even share has the colour of the page. A row an expert, ").append(load.stretch() == 1 ? "a column a step" : "a column " + load.stretch() + " steps")
                .append(".</p>\n");
        load.layers().forEach((layer, columns) -> page.append("<h3>").append(escape(layer)).append("</h3>\n<div class=\"chart\">")
                .append(HeatMap.svg(layer, columns, load.stretch(), lastStep, markers.stream().filter(marker -> !marker.kind().equals("refused")).toList()))
                .append("</div>\n"));
        page.append("</section>\n");
    }

    /** How the run went beside its loss. */
    private void course() {
        if (series.size() == 0) {
            return;
        }
        page.append("<section><h2>Course</h2>\n<div class=\"grid2\">\n");
        small("max-vio", "MaxVio, mean of the layers", series.maxVio(), true);
        small("gradient-norm", "norm of the gradient, before clipping", series.gradientNorm(), true);
        small("speed", "tokens or examples a second", series.tokensPerSecond(), true);
        small("rate", "learning rate", series.rate(), false);
        page.append("</div></section>\n");
    }

    private void small(String id, String title, float[] values, boolean noisy) {
        if (java.util.stream.IntStream.range(0, values.length).noneMatch(i -> Float.isFinite(values[i]))) {
            return;
        }
        var line = Curve.thin(series.steps(), noisy ? Curve.smooth(values, boundaries()) : values);
        page.append("<figure><figcaption>").append(title).append("</figcaption>")
                .append(LineChart.fitting(id, 460, 150, lastStep, List.of(line)).line("training", line).markers(markers).svg()).append("</figure>\n");
    }

    private void samples() {
        var samples = history.all(Event.Sampled.class);
        if (samples.isEmpty()) {
            return;
        }
        page.append("<section><h2>Samples</h2>\n<dl class=\"samples\">\n");
        for (var sample : samples) {
            page.append("<dt>step ").append(String.format(Locale.ROOT, "%,d", sample.step())).append("</dt><dd><b>").append(escape(sample.prompt())).append("</b>")
                    .append(escape(sample.text().startsWith(sample.prompt()) ? sample.text().substring(sample.prompt().length()) : sample.text())).append("</dd>\n");
        }
        page.append("</dl></section>\n");
    }

    /** Everything but what has a place of its own. */
    private void happenings() {
        var rows = new StringBuilder();
        for (var entry : history.entries()) {
            var words = words(entry.event());
            if (!words.isEmpty()) {
                rows.append("<tr>").append(cell(String.format(Locale.ROOT, "%,d", entry.event().step()))).append("<td class=\"time\">")
                        .append(entry.time().toString(), 11, 19).append("</td><td>").append(escape(words)).append("</td></tr>\n");
            }
        }
        if (!rows.isEmpty()) {
            page.append("<section><h2>What happened</h2>\n<div class=\"scroll tall\"><table><thead><tr><th class=\"n\">step</th><th>time (UTC)</th><th>event</th></tr></thead><tbody>\n")
                    .append(rows).append("</tbody></table></div>").append(checkpoints()).append("</section>\n");
        }
    }

    private String checkpoints() {
        var written = history.all(Event.Checkpointed.class);
        return written.isEmpty() ? "" : String.format(Locale.ROOT, "<p class=\"note\">%,d checkpoint%s, the last after step %,d.</p>",
                written.size(), written.size() == 1 ? "" : "s", written.getLast().step());
    }

    private static String words(Event event) {
        return switch (event) {
            case Event.Started s -> "started";
            case Event.Inherited i -> "began with " + i.source() + ": " + i.same() + " parameters as they are, "
                    + i.copied() + " copied to every expert, " + i.started() + " new";
            case Event.Resumed r -> "resumed from " + r.checkpoint();
            case Event.Swapped s -> "swapped " + SwapEffect.label(s) + of(s.after()) + " (" + s.cause() + "; " + s.transfer() + ")";
            case Event.RolledBack r -> "rolled " + SwapEffect.label(r) + of(r.after()) + " (" + r.cause() + "; " + r.transfer() + ")";
            case Event.Refused r -> "refused " + SwapEffect.label(r) + " (" + r.cause() + "): " + r.reason();
            case Event.Checkpointed c -> "";
            case Event.CheckpointFailed c -> "checkpoint failed: " + c.reason();
            case Event.Paused p -> "paused";
            case Event.Unpaused u -> "went on";
            case Event.Stopped s -> "stopped: " + s.reason();
            case Event.Failed f -> "failed: " + f.reason();
            case Event.Finished f -> "finished";
            case Event.PluginArrived p -> p.kind() + " " + p.plugin() + " arrived with " + p.provider();
            case Event.PluginGone p -> p.kind() + " " + p.plugin() + " went with " + p.provider();
            case Event.Warning w -> "warning: " + w.text();
            case Event.Evaluated e -> "";
            case Event.Sampled s -> "";
        };
    }

    private static String of(List<Fitted> wiring) {
        return wiring.isEmpty() ? "" : " of " + String.join(", ", wiring.stream().map(fitted -> fitted.provider().toString()).distinct().toList());
    }

    private void settings() {
        try {
            page.append("<section><h2>Experiment</h2>\n<pre>").append(escape(Files.readString(folder.experiment()).strip())).append("</pre></section>\n");
        } catch (IOException e) {
            throw new UserError("cannot read " + folder.experiment() + ": " + e.getMessage(), e);
        }
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? number("%.1f s", seconds)
                : whole < 3600 ? whole / 60 + " min " + whole % 60 + " s" : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    private static String resource(String name) {
        try (var in = Report.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the bundle's own " + name + " cannot be read", e);
        }
    }
}
