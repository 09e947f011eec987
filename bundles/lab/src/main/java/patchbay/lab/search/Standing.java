package patchbay.lab.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** How the arms of a search stand: a table, sorted by validation loss, those of equal active compute before the others. */
public final class Standing {

    private static final List<String> TITLES = List.of("arm", "validation loss", "difference", "MaxVio", "of run", "dead", "specialisation",
            "operations", "steps", "note");

    private final Halving halving;
    private final Log log;
    private final Optional<Arm> baseline;

    Standing(Halving halving, Log log) {
        this.halving = halving;
        this.log = log;
        this.baseline = halving.search().baseline().isPresent() ? Optional.of(halving.reference()) : sorted().stream().findFirst();
    }

    /** Titles of the columns. */
    public List<String> titles() {
        return TITLES;
    }

    /** A row an arm, with a cell a title. */
    public List<List<String>> rows() {
        return sorted().stream().map(this::row).toList();
    }

    /** Whether nothing is left to do. */
    public boolean finished() {
        return halving.next(log.entries()) instanceof Move.Finish;
    }

    /** Those that came furthest come first, of these those that can be compared, of these the lowest loss. */
    private List<Arm> sorted() {
        return halving.arms().stream().sorted(Comparator.<Arm>comparingInt(arm -> -log.reached(arm)).thenComparing(this::incomparable)
                .thenComparing(arm -> log.mean(arm, log.reached(arm), Entry.Measured::loss))).toList();
    }

    private int incomparable(Arm arm) {
        return arm.leaks() ? 2 : halving.isEqual(arm) ? 0 : 1;
    }

    private List<String> row(Arm arm) {
        int rung = log.reached(arm);
        var measured = log.at(arm, rung);
        boolean mixed = arm.most() > 0;
        return List.of(arm.name(),
                plusMinus("%.4f", Sample.of(measured.stream().mapToDouble(Entry.Measured::loss).toArray())),
                difference(arm, rung),
                mixed ? mean(measured, "%.2f", Entry.Measured::maxVio) : "-",
                mixed ? mean(measured, "%.3f", Entry.Measured::maxVioOfRun) : "-",
                mixed ? mean(measured, "%.1f", one -> (double) one.dead()).replace(".0", "") : "-",
                mixed ? mean(measured, "%.3f", Entry.Measured::information) : "-",
                arm.compute() == 0 ? "-" : String.format(Locale.ROOT, "%,d", arm.compute()),
                rung == 0 ? "-" : Integer.toString(rung),
                note(arm, measured.size()));
    }

    private String note(Arm arm, int seeds) {
        var notes = new ArrayList<String>();
        if (baseline.filter(arm::equals).isPresent()) {
            notes.add("baseline");
        }
        if (arm.leaks()) {
            notes.add("sees what is to come: not comparable");
        }
        if (arm.compute() > 0 && !halving.isEqual(arm)) {
            notes.add(String.format(Locale.ROOT, "active compute x %.2f", (double) arm.compute() / halving.reference().compute()));
        }
        if (seeds > 0 && seeds < halving.search().seeds().size()) {
            notes.add(seeds + " of " + halving.search().seeds().size() + " seeds");
        }
        log.end(arm).ifPresent(end -> notes.add(end.cause() + ": " + end.reason()));
        return String.join("; ", notes);
    }

    /** To the baseline, with the same seeds after the same steps. */
    private String difference(Arm arm, int rung) {
        if (baseline.isEmpty() || rung == 0 || baseline.get().equals(arm)) {
            return "-";
        }
        var pairs = new ArrayList<Double>();
        for (long seed : halving.search().seeds()) {
            var here = log.at(arm, seed, rung);
            var there = log.at(baseline.get(), seed, rung);
            if (here.isPresent() && there.isPresent()) {
                pairs.add(here.get().loss() - there.get().loss());
            }
        }
        var sample = Sample.of(pairs.stream().mapToDouble(pair -> pair).toArray());
        return sample.size() == 0 ? "-" : plusMinus("%+.4f", new Sample(sample.size(), sample.mean(), sample.interval(), sample.interval()));
    }

    private static String plusMinus(String format, Sample sample) {
        if (Double.isNaN(sample.mean())) {
            return "-";
        }
        var mean = String.format(Locale.ROOT, format, sample.mean());
        return Double.isNaN(sample.spread()) ? mean : mean + String.format(Locale.ROOT, " ± %.4f", sample.spread());
    }

    private static String mean(List<Entry.Measured> measured, String format, ToDoubleFunction<Entry.Measured> value) {
        double mean = measured.stream().mapToDouble(value).average().orElse(Double.NaN);
        return Double.isNaN(mean) ? "-" : String.format(Locale.ROOT, format, mean);
    }

    /** The table, as a document has it. */
    public String markdown() {
        var text = new StringBuilder();
        line(text, TITLES);
        line(text, TITLES.stream().map(title -> title.equals("arm") || title.equals("note") ? "---" : "---:").toList());
        rows().forEach(row -> line(text, row.stream().map(cell -> cell.replace("|", "\\|")).toList()));
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |"))).append('\n');
    }
}
