package patchbay.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Set;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.model.Sampling;
import patchbay.tensor.UserError;

/** {@code describe}: the text that a model writes about a picture, or what else it reads. */
@Component(service = DescribeCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=describe"})
public final class DescribeCommand {

    private static final Usage USAGE = Usage.options("describe [RUN] image=FILE [sound=FILE …] [temperature=0] [seed=1]", 0, 1);
    private static final Set<String> KEYS = Set.of("temperature", "seed");

    private final Runs runs;

    @Activate
    public DescribeCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("the text that the model of a run whose task is describe writes about files, each given by its modality; temperature=0 takes the likeliest")
    public void describe(CommandSession session, @Descriptor("[RUN] image=FILE [sound=FILE …] [temperature=0] [seed=1]") String[] words) {
        var call = USAGE.parse(words);
        var files = new LinkedHashMap<String, byte[]>();
        call.options().forEach((name, file) -> {
            if (!KEYS.contains(name)) {
                files.put(name, bytes(name, Path.of(file)));
            }
        });
        if (files.isEmpty()) {
            throw new UserError("describe what? Name a file by its modality, as in: describe image=FILE");
        }
        double temperature = call.number("temperature", 0.0, Double::valueOf);
        long seed = call.number("seed", 1L, Long::valueOf);
        Output.of(session).line(runs.lab().describe(runs.folder(call.optional(0)).id(), files, new Sampling(temperature, 0, 1), seed));
    }

    private static byte[] bytes(String modality, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new UserError(modality + ": there is no file " + file, missing);
        } catch (IOException e) {
            throw new UserError(modality + ": " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
