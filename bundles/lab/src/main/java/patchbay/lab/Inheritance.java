package patchbay.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import patchbay.data.Tokenizer;
import patchbay.lab.record.Event;
import patchbay.lab.record.RunFolder;
import patchbay.tensor.Engine;
import patchbay.tensor.Shape;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.training.Learner;
import patchbay.training.checkpoint.Checkpoint;
import patchbay.training.checkpoint.CheckpointFolder;
import patchbay.training.checkpoint.CheckpointWriter;
import patchbay.weights.safetensors.SafetensorsFile;

/**
 * What a new run's model takes over from another run's last checkpoint, or from a file of weights that {@code export} wrote: every
 * parameter and state of the same name and shape. Where the other has a dense feed-forward and this one a mixture, every expert begins as a copy of it, so that a mixture
 * whose weights sum to 1 computes at that moment what the dense model does ("Sparse Upcycling", Komatsuzaki et al. 2022). What has
 * no counterpart starts from its first values, and the optimizer from nothing.
 */
final class Inheritance {

    private static final Pattern EXPERT = Pattern.compile("((?:encoders\\.[^.]+\\.)?layers\\.\\d+)\\.moe\\.experts\\.(.+)");

    private static final String FILE = ".safetensors";

    /** What a file's metadata call the tokenizer, in JSON. */
    static final String TOKENIZER = "tokenizer";

    private final String source; // a run's id, or a file
    private final long step; // 0 if unknown
    private final Optional<Tokenizer> tokenizer;
    private final Variables values;

    private Inheritance(String source, long step, Optional<Tokenizer> tokenizer, Variables values) {
        this.source = source;
        this.step = step;
        this.tokenizer = tokenizer;
        this.values = values;
    }

    /**
     * @param from a run, or a file whose name ends with {@code .safetensors}
     * @throws UserError if there is no such run or file, or the run has no checkpoint
     */
    static Inheritance of(Path runs, String from, Engine engine) {
        return from.endsWith(FILE) ? ofFile(Path.of(from), engine.variables()) : ofRun(RunFolder.find(runs, from), engine.variables());
    }

    private static Inheritance ofRun(RunFolder run, Variables values) {
        var checkpoint = new CheckpointFolder(run.checkpoints()).latest().checkpoint()
                .orElseThrow(() -> new UserError("run " + run.id() + " has no checkpoint to begin with (from: " + run.id() + ")"));
        checkpoint.restore(Checkpoint.PARAMETERS, values);
        return new Inheritance(run.id(), checkpoint.step(), Optional.of(run.tokenizer()).filter(Files::exists).map(Tokenizer::load), values); // a collection of examples has none
    }

    /** A file from elsewhere names no tokenizer, and none is asked of it. */
    private static Inheritance ofFile(Path path, Variables values) {
        try (var file = SafetensorsFile.open(path)) {
            file.putInto(values);
            var tokenizer = Optional.ofNullable(file.metadata().get(TOKENIZER)).map(json -> Tokenizer.parse(json, path));
            return new Inheritance(path.toString(), 0, tokenizer, values);
        }
    }

    /** @throws UserError if the other model's tokens mean something else */
    void check(Tokenizer wanted) {
        if (tokenizer.isPresent() && !tokenizer.get().equals(wanted)) {
            throw new UserError(source + " has another tokenizer: its values mean nothing here (from: " + source + ")");
        }
    }

    /** Gives {@code learner}, which is at its first values, what there is for it. */
    Event.Inherited passTo(Learner learner) {
        int same = 0;
        int copied = 0;
        int started = 0;
        for (var name : learner.births().keySet()) {
            if (take(name, name, learner.variables(), 1)) {
                same++;
            } else if (copyToExperts(name, learner.variables())) {
                copied++;
            } else {
                started++;
            }
        }
        for (var name : values.names()) {
            if (!learner.births().containsKey(name)) {
                take(name, name, learner.variables(), 1); // state
            }
        }
        if (same + copied == 0) {
            throw new UserError("nothing of " + source + " fits this model: no parameter has the same name and shape (from: " + source + ")");
        }
        return new Event.Inherited(0, source, step, same, copied, started);
    }

    private boolean copyToExperts(String name, Variables into) {
        var expert = EXPERT.matcher(name);
        return expert.matches() && take(expert.group(1) + ".feed-forward." + expert.group(2), name, into, into.type(name).shape().dim(0));
    }

    /** Puts {@code from}, so many times over, into {@code to}, if it is there and fits. */
    private boolean take(String from, String to, Variables into, int times) {
        if (!values.contains(from) || !into.contains(to)) {
            return false;
        }
        var type = into.type(to);
        var given = values.type(from);
        var whole = times == 1 ? given.shape() : Shape.of(times).append(given.shape().dims());
        if (!given.dtype().isFloat() || !type.dtype().isFloat() || !type.shape().equals(whole)) {
            return false;
        }
        var one = new float[given.size()];
        values.read(from, one);
        var all = new float[type.size()];
        for (int i = 0; i < all.length; i += one.length) {
            System.arraycopy(one, 0, all, i, one.length);
        }
        into.put(to, type, all);
        return true;
    }

    /** Keeps the values that a run begins with in its folder, where a repetition finds them whatever became of the other run. */
    static void keep(Learner learner, RunFolder folder) {
        try (var writer = new CheckpointWriter(new CheckpointFolder(folder.origin()), 1)) {
            writer.write(0, snapshot -> CheckpointState.take(learner, snapshot), CheckpointState.of(learner, 0).toMetadata()).join();
        } catch (CompletionException failure) {
            throw new UserError("cannot keep what run " + folder.id() + " begins with: " + Guard.reason(failure), failure);
        }
    }

    /** What a run began with, if it was not first values alone. */
    static Optional<Checkpoint> kept(RunFolder folder) {
        return Files.exists(folder.origin()) ? new CheckpointFolder(folder.origin()).latest().checkpoint() : Optional.empty();
    }
}
