package patchbay.lab.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import patchbay.tensor.UserError;

/** Makes a run's summary from its files, without reading all of its metrics. */
final class Summarizing {

    private static final int TAIL = 1 << 16;

    private Summarizing() {
    }

    static RunSummary of(RunFolder folder) {
        try {
            return read(folder);
        } catch (IOException | UserError e) {
            return new RunSummary(folder.id(), "", RunState.broken, 0, Double.NaN, Double.NaN, Double.NaN, 0, 0, 0, 0,
                    Instant.EPOCH, folder.path().toString(), "", e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private static RunSummary read(RunFolder folder) throws IOException {
        if (!Files.isRegularFile(folder.experiment())) {
            throw new UserError("there is no " + folder.experiment().getFileName());
        }
        var all = Files.exists(folder.journal()) ? Journal.read(folder.journal()) : new History(List.of());
        var history = all.effective();
        var measured = Files.exists(folder.metrics()) ? tail(folder) : List.<Measurement>of();
        var started = history.entries().isEmpty() ? Instant.EPOCH : history.entries().getFirst().time();
        var ended = history.entries().isEmpty() ? started : history.entries().getLast().time();
        long steps = measured.isEmpty() ? 0 : measured.getLast().step();
        var speeds = measured.stream().mapToDouble(Measurement::tokensPerSecond).filter(Double::isFinite).sorted().toArray();
        var failed = history.last(Event.Failed.class).map(Event.Failed::reason).orElse("");
        var state = state(folder, history);
        return new RunSummary(folder.id(), experiment(folder), state, steps,
                measured.isEmpty() ? Double.NaN : measured.getLast().loss(),
                history.last(Event.Evaluated.class).map(Event.Evaluated::loss).orElse(Double.NaN),
                speeds.length == 0 ? Double.NaN : speeds[speeds.length / 2],
                history.all(Event.Swapped.class).size(), history.all(Event.RolledBack.class).size(),
                history.all(Event.Refused.class).size(),
                Duration.between(started, ended).toMillis() / 1e3, started, folder.path().toString(),
                Files.exists(folder.report()) ? folder.report().toString() : "", state == RunState.failed ? failed : "");
    }

    /** A run that ended says so last; one that does not is running if somebody is at it. */
    private static RunState state(RunFolder folder, History history) {
        var state = RunState.created;
        for (var entry : history.entries()) {
            state = switch (entry.event()) {
                case Event.Finished f -> RunState.finished;
                case Event.Stopped s -> RunState.stopped;
                case Event.Failed f -> RunState.failed;
                case Event.Paused p -> RunState.paused;
                case Event.Started s -> RunState.running;
                case Event.Resumed r -> RunState.running;
                case Event.Unpaused u -> RunState.running;
                default -> state;
            };
        }
        boolean going = state == RunState.running || state == RunState.paused;
        return going && !Occupation.isOccupied(folder) ? RunState.interrupted : state;
    }

    private static String experiment(RunFolder folder) {
        return Files.exists(folder.provenance()) ? folder.readProvenance().experiment() : folder.id().replaceFirst("-\\d{6}-\\d{6}(-\\d+)?$", "");
    }

    private static List<Measurement> tail(RunFolder folder) throws IOException {
        var measured = new ArrayList<Measurement>();
        for (var line : Lines.tail(folder.metrics(), TAIL)) {
            measured.add(Metrics.parse(line.getBytes(StandardCharsets.UTF_8), folder.metrics(), 0));
        }
        return measured;
    }
}
