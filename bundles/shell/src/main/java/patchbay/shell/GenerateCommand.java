package patchbay.shell;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Experiment;
import patchbay.lab.Generation;
import patchbay.lab.SampleSettings;
import patchbay.lab.record.RunFolder;
import patchbay.model.ModelSettings;
import patchbay.tensor.UserError;

/** {@code generate} and {@code export}: text, or a file of weights, out of the model that is in training, or of one that was. */
@Component(service = GenerateCommand.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=generate", "osgi.command.function=export"})
public final class GenerateCommand {

    private static final Usage USAGE = Usage.options(
            "generate PROMPT [temperature=0.8] [top-k=0] [top-p=0.95] [tokens=80] [seed=1] [continuations=1] [weights=bf16] [cache=int8] [run=RUN], with PROMPT in quotes", 1, 1);
    private static final String[] KEYS = {"cache", "continuations", "run", "seed", "temperature", "tokens", "top-k", "top-p", "weights"};
    private static final Usage EXPORT = Usage.options("export FILE [weights=bf16] [run=RUN]", 1, 1);
    private static final int MOST_TOKENS = 100_000;
    private static final int MOST_CONTINUATIONS = 1000;

    private final Runs runs;

    @Activate
    public GenerateCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    /** Thrown out of a generation that nobody waits for any more. */
    private static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Descriptor("continues a text, with the current run's model or the last checkpoint of one that has ended; "
            + "temperature=0 takes the likeliest token, top-k=0 all tokens, weights=bf16 rounds the weights and reads half the bytes, cache=int8 keeps tokens in a quarter; "
            + "continuations=3 are three, by the seeds from seed on, of a prompt that is read once")
    public void generate(CommandSession session,
            @Descriptor("PROMPT [temperature=0.8] [top-k=0] [top-p=0.95] [tokens=80] [seed=1] [continuations=1] [weights=bf16] [cache=int8] [run=RUN]") String[] words)
            throws InterruptedException {
        var call = USAGE.parse(words);
        Usage.only(call, KEYS);
        var folder = folder(call);
        var settings = settings(call, Experiment.read(folder.experiment(), List.of()).samples());
        long seed = call.number("seed", 1L, Long::valueOf);
        int continuations = call.number("continuations", 1, Integer::valueOf);
        if (continuations < 1 || continuations > MOST_CONTINUATIONS) {
            throw new UserError("continuations must be 1 to " + MOST_CONTINUATIONS + ", not " + continuations);
        }
        var output = Output.of(session);
        var generation = generation(folder, call);
        try {
            generation.run(call.word(0), settings.tokens(), settings.sampling(), seed, continuations, number -> {
                output.print((number == 0 ? "" : "\n\n") + (continuations == 1 ? "" : "seed " + (seed + number) + ": ") + call.word(0));
                return piece -> {
                    if (Thread.interrupted()) {
                        throw new Interrupted();
                    }
                    output.print(piece);
                };
            });
        } catch (Interrupted enough) {
            throw new InterruptedException();
        } finally {
            output.line("");
        }
    }

    @Descriptor("writes what generation reads of the current run's model, or of the last checkpoint of one that has ended, to a new file of "
            + "safetensors; weights=f32, bf16 or f16 in place of the model's own precision")
    public void export(CommandSession session, @Descriptor("FILE [weights=bf16] [run=RUN]") String[] words) throws InterruptedException {
        var call = EXPORT.parse(words);
        Usage.only(call, "run", "weights");
        var generation = generation(folder(call), call);
        long bytes = generation.export(Path.of(call.word(0)));
        Output.of(session).line("%s: %d tensors, %,d bytes, weights %s".formatted(call.word(0), generation.values().names().size(), bytes,
                generation.decoder().rack().settings().weights()));
    }

    private RunFolder folder(Usage.Call call) {
        return runs.folder(Optional.ofNullable(call.options().get("run")));
    }

    private static SampleSettings settings(Usage.Call call, SampleSettings standard) {
        int tokens = call.number("tokens", standard.tokens(), Integer::valueOf);
        if (tokens > MOST_TOKENS) {
            throw new UserError("tokens must be at most " + MOST_TOKENS + ", not " + tokens);
        }
        try {
            return new SampleSettings(List.of(), tokens, call.number("temperature", standard.temperature(), Double::valueOf),
                    call.number("top-k", standard.topK(), Integer::valueOf), call.number("top-p", standard.topP(), Double::valueOf));
        } catch (UserError range) {
            throw new UserError(range.getMessage().replaceFirst("^samples\\.", ""), range);
        }
    }

    private Generation generation(RunFolder folder, Usage.Call call) throws InterruptedException {
        var weights = Optional.ofNullable(call.options().get("weights")).map(ModelSettings.Weights::of);
        var model = runs.generation(folder);
        var cache = Optional.ofNullable(call.options().get("cache")).map(ModelSettings.Kept::of);
        var rounded = weights.map(model::in).orElse(model);
        return cache.map(rounded::keeping).orElse(rounded);
    }
}
