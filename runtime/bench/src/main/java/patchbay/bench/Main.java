package patchbay.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import patchbay.tensor.UserError;

/** The benchmarks of {@code patchbay bench}: {@code [gemm|train|decode|encode|attention|ops|swap|all] [--json] [--threads 1,2] [--profile]}. */
public final class Main {

    private static final StepProfile PROFILE = new StepProfile(200, 100);

    private Main() {}

    public static void main(String[] arguments) {
        // Measuring goes on beside whatever else a machine does: a second run is the user's business.
        System.setProperty("jmh.ignoreLock", "true");
        try {
            var request = Request.parse(List.of(arguments), Suite.here().names());
            if (request.profile()) {
                request.threads().forEach(threads -> TrainingSteps.STEPS.forEach(step -> PROFILE.print(step, threads, System.out)));
            } else {
                run(request, Suite.here(), Measuring.REAL, System.out);
            }
        } catch (UserError mistake) {
            System.err.println("patchbay: " + mistake.getMessage());
            System.exit(mistake.exitCode());
        } catch (IllegalStateException | UncheckedIOException failed) {
            System.err.println("patchbay: " + failed.getMessage());
            System.exit(1);
        }
    }

    static void run(Request request, Suite suite, Measuring measuring, PrintStream out) {
        var report = new Report(measuring);
        for (var name : request.names()) {
            var benchmark = suite.named(name);
            var table = new Table(benchmark);
            out.println(benchmark.subject() + ": median (least–greatest) of " + measuring.rounds() + " rounds; ratio: " + benchmark.ratio());
            out.println(table.head(benchmark));
            for (int threads : request.threads()) {
                for (int line = 0; line < benchmark.lines().size(); line++) {
                    for (var figures : benchmark.measure(measuring, line, threads)) {
                        out.println(table.row(figures));
                        report.add(benchmark, figures);
                    }
                }
            }
            for (var footprint : benchmark.footprints()) {
                var bytes = footprint.measure();
                out.println(Table.row(footprint, bytes));
                report.add(benchmark, footprint, bytes);
            }
            out.println();
        }
        if (request.json()) {
            try {
                out.println(new ObjectMapper().writeValueAsString(report.json()));
            } catch (JsonProcessingException error) {
                throw new IllegalStateException("figures as JSON: " + error.getMessage(), error);
            }
        }
    }
}
