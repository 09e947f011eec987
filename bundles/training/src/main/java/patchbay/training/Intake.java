package patchbay.training;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import patchbay.data.Example;
import patchbay.data.Tokenizer;
import patchbay.model.Multimodal;
import patchbay.model.Task;
import patchbay.spi.Encoder;
import patchbay.tensor.Graph;
import patchbay.tensor.Program;
import patchbay.tensor.Tensor;
import patchbay.tensor.TensorType;
import patchbay.tensor.UserError;

/**
 * Examples on their way into a program: read by the encoders' readers on a thread of its own, a batch ahead of the training. What was read is kept as far as there is room. A part of an
 * example that cannot be read counts as missing, and is told of once.
 */
final class Intake implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /** How many parts of a modality that cannot be read are told of. */
    private static final int TOLD = 3;

    /** How long a part of an example may take to be read. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Where the numbers of one input of one modality go. */
    private record Slot(String modality, String name, String input, TensorType type) {

        int each() {
            return type.size();
        }
    }

    /**
     * What is written for a batch: arrays by the names of inputs.
     *
     * @param rows by modality, of {@code examples}
     */
    private record Batch(Map<String, float[]> floats, Map<String, int[]> ints, List<Example> examples, Map<String, List<Optional<Encoder.Row>>> rows) {}

    private final int batch;
    private final FrozenEncoders frozen;
    private final int time;
    private final Map<String, Encoder.Reader> readers;
    private final List<Slot> slots;
    private final Set<String> inputs;
    private final ByExample<Optional<Encoder.Row>> rows = new ByExample<>(row -> row.stream().mapToLong(Intake::bytes).sum()); // for the reading thread alone
    private final Map<String, Set<String>> unreadable = new LinkedHashMap<>(); // names of examples by modality
    private final Duration patience;
    private final ExecutorService reading = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("examples").factory());
    private Optional<Ahead> ahead = Optional.empty();
    private volatile Optional<Reading> present = Optional.empty();

    /** A batch that is being read, and what it is called. */
    private record Ahead(Object name, CompletableFuture<Batch> batch) {}

    /** A part that is being read, and since when. */
    private record Reading(String example, String modality, long began) {}

    /**
     * @param frozen encoders whose features are inputs of the graph
     * @param batch examples that the graph takes at once
     */
    Intake(Graph graph, Multimodal model, FrozenEncoders frozen, int batch) {
        this(graph, model, frozen, batch, PATIENCE);
    }

    Intake(Graph graph, Multimodal model, FrozenEncoders frozen, int batch, Duration patience) {
        this.patience = patience;
        this.batch = batch;
        this.frozen = frozen;
        this.time = model.rack().settings().context();
        this.inputs = read(graph);
        this.readers = model.readers();
        this.slots = readers.entrySet().stream().flatMap(entry -> entry.getValue().inputs().entrySet().stream().map(input ->
                new Slot(entry.getKey(), input.getKey(), Multimodal.input(entry.getKey(), input.getKey()), input.getValue())))
                .filter(slot -> inputs.contains(slot.input)).toList(); // a frozen encoder's are not among them
    }

    /** The inputs that something in the graph reads: not all of an example's features are asked for. */
    private static Set<String> read(Graph graph) {
        var read = new LinkedHashSet<Tensor>();
        graph.nodes().forEach(node -> read.addAll(node.inputs()));
        return graph.inputs().entrySet().stream().filter(input -> read.contains(input.getValue())).map(Map.Entry::getKey).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Writes a batch into a program, and begins to read the next one.
     *
     * @param name what the batch is called; {@code next} is what the next one will be
     */
    void write(Program program, Object name, Supplier<List<Example>> examples, Object nextName, Supplier<List<Example>> next) {
        var prepared = ahead.filter(batch -> batch.name.equals(name)).map(Ahead::batch).orElseGet(() -> begin(examples));
        var complete = awaited(prepared);
        ahead = Optional.of(new Ahead(nextName, begin(next)));
        write(program, complete);
    }

    /** Writes a batch that no other will follow. */
    void write(Program program, List<Example> examples) {
        write(program, awaited(begin(() -> examples)));
    }

    /**
     * The batch, once it is read.
     *
     * @throws UserError if an encoder's reader does not come to an end
     */
    private Batch awaited(CompletableFuture<Batch> batch) {
        while (true) {
            try {
                return batch.get(patience.toMillis() / 10, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                present.filter(part -> System.nanoTime() - part.began > patience.toNanos()).ifPresent(part -> {
                    close();
                    throw new UserError("the %s of '%s' is not read after %.1f s; its reader is left to itself".formatted(part.modality, part.example, patience.toMillis() / 1000.0));
                });
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new UserError("reading examples was interrupted", interrupted);
            } catch (ExecutionException failed) {
                throw new CompletionException(failed.getCause());
            }
        }
    }

    private void write(Program program, Batch prepared) {
        prepared.floats.forEach(program::write);
        prepared.ints.forEach(program::write);
        frozen.write(program, batch, prepared.examples, prepared.rows, inputs);
    }

    private CompletableFuture<Batch> begin(Supplier<List<Example>> examples) {
        return CompletableFuture.supplyAsync(() -> read(examples.get()), reading);
    }

    private Batch read(List<Example> examples) {
        var floats = new LinkedHashMap<String, float[]>();
        var ints = new LinkedHashMap<String, int[]>();
        var all = new LinkedHashMap<String, List<Optional<Encoder.Row>>>();
        for (var modality : readers.keySet()) {
            var rows = examples.stream().map(example -> row(example, modality)).toList();
            all.put(modality, rows);
            put(ints, Multimodal.present(modality), IntStream.range(0, batch).map(row -> row < rows.size() && rows.get(row).isPresent() ? 1 : 0).toArray());
            slots.stream().filter(slot -> slot.modality.equals(modality)).forEach(slot -> {
                if (slot.type.dtype().isFloat()) {
                    floats.put(slot.input, gathered(new float[batch * slot.each()], slot.each(), rows, row -> row.floats().get(slot.name)));
                } else {
                    ints.put(slot.input, gathered(new int[batch * slot.each()], slot.each(), rows, row -> row.ints().get(slot.name)));
                }
            });
        }
        var labels = new int[batch];
        Arrays.fill(labels, -1);
        for (int row = 0; row < examples.size(); row++) {
            labels[row] = examples.get(row).label();
        }
        put(ints, Multimodal.LABELS, labels);
        if (inputs.contains(Multimodal.TARGETS)) {
            texts(examples, ints);
        }
        return new Batch(floats, ints, examples, all);
    }

    /** The numbers of an input one row behind the other; zeros where there is none. */
    static <R, T> T gathered(T all, int each, List<Optional<R>> rows, Function<R, T> numbers) {
        for (int row = 0; row < rows.size(); row++) {
            int to = row * each;
            rows.get(row).ifPresent(its -> System.arraycopy(numbers.apply(its), 0, all, to, each));
        }
        return all;
    }

    /** The texts as bytes, each ended where there is room. */
    private void texts(List<Example> examples, Map<String, int[]> ints) {
        var tokenizer = Tokenizer.bytes();
        var tokens = new int[batch * (time - 1)];
        var targets = new int[batch * time];
        Arrays.fill(tokens, -1);
        Arrays.fill(targets, -1);
        for (int row = 0; row < examples.size(); row++) {
            var text = Optional.ofNullable(examples.get(row).parts().get(Task.TEXT));
            if (text.isPresent()) {
                var encoded = tokenizer.encode(new String(text.get().bytes(), StandardCharsets.UTF_8));
                int length = Math.min(encoded.length, time);
                System.arraycopy(encoded, 0, targets, row * time, length);
                System.arraycopy(encoded, 0, tokens, row * (time - 1), Math.min(length, time - 1));
                if (length < time) {
                    targets[row * time + length] = tokenizer.endOfDocument().orElseThrow();
                }
            }
        }
        put(ints, Multimodal.TOKENS, tokens);
        ints.put(Multimodal.TARGETS, targets);
    }

    /** A graph may not use all that could be read. */
    private void put(Map<String, int[]> ints, String input, int[] values) {
        if (inputs.contains(input)) {
            ints.put(input, values);
        }
    }

    /** The numbers of an example's part; empty if it has none or it cannot be read. */
    private Optional<Encoder.Row> row(Example example, String modality) {
        return rows.of(example, modality, () -> Optional.ofNullable(example.parts().get(modality)).flatMap(media -> read(example, modality, media)));
    }

    private static long bytes(Encoder.Row row) {
        return 4L * (row.floats().values().stream().mapToLong(values -> values.length).sum() + row.ints().values().stream().mapToLong(values -> values.length).sum());
    }

    private Optional<Encoder.Row> read(Example example, String modality, Example.Media media) {
        present = Optional.of(new Reading(example.name(), modality, System.nanoTime()));
        try {
            return Optional.of(readers.get(modality).read(media.bytes()));
        } catch (Throwable failure) { // a plugin may throw anything, errors of linkage and memory among them
            tell(example, modality, reason(failure));
            return Optional.empty();
        } finally {
            present = Optional.empty();
        }
    }

    /** Why something could not be read, in one line. */
    static String reason(Throwable failure) {
        var reason = failure instanceof UserError ? failure.getMessage() : failure.toString();
        return reason.lines().findFirst().orElse(reason);
    }

    private void tell(Example example, String modality, String reason) {
        var told = unreadable.computeIfAbsent(modality, _ -> new LinkedHashSet<>());
        if (told.add(example.name())) {
            LOG.atLevel(told.size() <= TOLD ? Level.WARN : Level.INFO).log("{} of '{}' counts as missing: {}", modality, example.name(), reason);
            if (told.size() == TOLD) {
                LOG.warn("of more such {} parts nothing is said here; -v tells of all", modality);
            }
        }
    }

    @Override
    public void close() {
        reading.shutdownNow();
        frozen.close();
    }
}
