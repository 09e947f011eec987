package patchbay.lab.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import patchbay.tensor.UserError;

/** The folder {@code runs/<id>} that holds everything a run leaves behind. */
public record RunFolder(Path path) {

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int LONGEST_NAME = 40;

    /**
     * Makes a folder that no other run has, in this process or another: the id is the experiment's name and the time in
     * UTC, with a number after it if that is taken.
     *
     * @param runs the folder of all runs; made if it is not there
     * @param yaml the experiment as it is run, which the folder keeps
     */
    public static RunFolder create(Path runs, String experiment, String yaml) {
        return create(runs, experiment, yaml, Instant.now());
    }

    static RunFolder create(Path runs, String experiment, String yaml, Instant now) {
        try {
            Files.createDirectories(runs);
            var id = name(experiment) + "-" + STAMP.format(now);
            for (int i = 1; ; i++) {
                var path = runs.resolve(i == 1 ? id : id + "-" + i);
                try {
                    Files.createDirectory(path); // fails if it is there, so two processes cannot both have it
                } catch (FileAlreadyExistsException taken) {
                    continue;
                }
                var folder = new RunFolder(path);
                Files.createDirectory(folder.checkpoints());
                replace(folder.experiment(), yaml);
                return folder;
            }
        } catch (IOException e) {
            throw new UserError("cannot make a folder for a run in " + runs + ": " + e, e);
        }
    }

    /** What is left of an experiment's name where it has to be a folder's: a name must not climb out of the runs, nor hide. */
    private static String name(String experiment) {
        var name = experiment.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[.-]+|[.-]+$", "");
        name = name.substring(0, Math.min(name.length(), LONGEST_NAME));
        return name.isEmpty() ? "run" : name;
    }

    /**
     * The folder of a run that is there.
     *
     * @param id the run's, or the beginning of no other run's
     * @throws UserError if there is none, with the nearest, or if several begin so
     */
    public static RunFolder find(Path runs, String id) {
        var folders = all(runs);
        var ids = folders.stream().map(RunFolder::id).toList();
        if (ids.contains(id)) {
            return new RunFolder(runs.resolve(id));
        }
        var matching = folders.stream().filter(folder -> !id.isEmpty() && folder.id().startsWith(id)).toList();
        if (matching.size() > 1) {
            throw new UserError("run '" + id + "' is not one but " + matching.size() + ": "
                    + String.join(", ", matching.stream().map(RunFolder::id).limit(12).toList()));
        }
        if (matching.isEmpty()) {
            throw UserError.unknown("run", id, ids);
        }
        return matching.getFirst();
    }

    /** Every run, the newest last. */
    public static List<RunFolder> all(Path runs) {
        if (!Files.isDirectory(runs)) {
            return List.of();
        }
        try (var paths = Files.list(runs)) {
            return paths.filter(Files::isDirectory).map(RunFolder::new)
                    .sorted(Comparator.comparing(RunFolder::made).thenComparing(RunFolder::id)).toList();
        } catch (IOException e) {
            throw new UserError("cannot list the runs in " + runs + ": " + e, e);
        }
    }

    private Instant made() {
        try {
            var first = Files.exists(experiment()) ? experiment() : path;
            return Files.getLastModifiedTime(first).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH; // it was removed meanwhile; where it is listed does not matter
        }
    }

    public String id() {
        return path.getFileName().toString();
    }

    /** The experiment as it is run: nobody changes it any more. */
    public Path experiment() {
        return path.resolve("experiment.yaml");
    }

    public Path provenance() {
        return path.resolve("provenance.json");
    }

    public Path journal() {
        return path.resolve("journal.jsonl");
    }

    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    Path specialisation() {
        return path.resolve("specialisation.json");
    }

    /** The values that the run began with, as a folder of one checkpoint, if they were another run's. */
    public Path origin() {
        return path.resolve("origin");
    }

    /** What the run's routers selected, if it records that. */
    public Path routing() {
        return path.resolve("routing.bin");
    }

    /** Copies of other runs' records that are imposed on this one, or were. */
    public Path imposed() {
        return path.resolve("imposed");
    }

    /** @param run whose record it is a copy of */
    public Path imposed(String run) {
        return imposed().resolve(run + ".bin");
    }

    /** Values of experts that came from other runs. */
    public Path imports() {
        return path.resolve("imports");
    }

    /** Copies the files of a folder of another run, if it is there, for this run to repeat that one by. */
    public void copy(Path from, Path to) {
        if (!Files.exists(from)) {
            return;
        }
        try (var files = Files.list(from)) {
            Files.createDirectories(to);
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UserError("cannot copy " + from + " to " + to + ": " + e.getMessage(), e);
        }
    }

    /** Code that was generated of kernels for a device whose compiler refused it. */
    public Path refusedCode() {
        return path.resolve("refused");
    }

    public Path tokenizer() {
        return path.resolve("tokenizer.json");
    }

    public Path report() {
        return path.resolve("report.html");
    }

    public Path summaryFile() {
        return path.resolve("summary.json");
    }

    /** Who trains it: the process at work leaves its number here, and takes it away when it ends in good order. */
    Path process() {
        return path.resolve("process.json");
    }

    /** The lasting name of a file in this folder: its path from here, with slashes. */
    public String relative(Path file) {
        return path.toAbsolutePath().relativize(file.toAbsolutePath()).toString().replace('\\', '/');
    }

    public void write(Provenance provenance) {
        try {
            replace(provenance(), Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(provenance) + "\n");
        } catch (IOException e) {
            throw new UserError("cannot write " + provenance() + ": " + e.getMessage(), e);
        }
    }

    /** @throws UserError if it is not there or unreadable */
    public Provenance readProvenance() {
        try {
            return Json.MAPPER.readValue(Files.readAllBytes(provenance()), Provenance.class);
        } catch (IOException e) {
            throw new UserError("cannot read " + provenance() + ": " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }

    /** Writes the summary as it is now, and returns it. */
    public RunSummary writeSummary() {
        var summary = summary();
        try {
            replace(summaryFile(), summary.toJson() + "\n");
        } catch (IOException e) {
            throw new UserError("cannot write " + summaryFile() + ": " + e.getMessage(), e);
        }
        return summary;
    }

    /** What the run is at this moment, from its journal and the end of its metrics. Never fails: a folder that cannot be read is broken. */
    public RunSummary summary() {
        return Summarizing.of(this);
    }

    /** Writes a file under another name first, so that nobody ever reads half of it. */
    static void replace(Path file, String text) throws IOException {
        var written = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(written, text, StandardCharsets.UTF_8);
        try {
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
