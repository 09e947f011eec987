package patchbay.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.lab.Trained;
import patchbay.model.Arriving;
import patchbay.tensor.UserError;

/** {@code listen}: what a model makes of a sound or a text while it arrives. */
@Component(service = ListenCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=listen"})
public final class ListenCommand {

    private static final Usage USAGE = Usage.options("listen [RUN] sound=FILE [bytes=4096]", 0, 1);

    private final Runs runs;

    @Activate
    public ListenCommand(@Reference Runs runs) {
        this.runs = runs;
    }

    @Descriptor("the likeliest label of a file, given by its modality, after each so many bytes of it: what a model whose task is classify makes of a sound or a text while it arrives")
    public void listen(CommandSession session, @Descriptor("[RUN] sound=FILE [bytes=4096]") String[] words) {
        var call = USAGE.parse(words);
        int bytes = call.number("bytes", 4096, Integer::valueOf);
        var modality = call.options().keySet().stream().filter(name -> !name.equals("bytes")).findFirst()
                .orElseThrow(() -> new UserError("listen to what? Name a file by its modality, as in: listen sound=FILE"));
        if (call.options().size() > (call.options().containsKey("bytes") ? 2 : 1) || bytes < 1) {
            throw new UserError("listen takes one file, and a number of bytes above 0: " + USAGE.text());
        }
        var file = Path.of(call.options().get(modality));
        var output = Output.of(session);
        try (var listening = runs.lab().listening(runs.folder(call.optional(0)).id(), modality); var in = Files.newInputStream(file)) {
            print(in, bytes, listening, output);
        } catch (NoSuchFileException missing) {
            throw new UserError(modality + ": there is no file " + file, missing);
        } catch (IOException e) {
            throw new UserError(modality + ": " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void print(InputStream in, int bytes, Trained.Listening listening, Output output) throws IOException {
        long read = 0;
        for (var part = in.readNBytes(bytes); part.length > 0; part = in.readNBytes(bytes)) {
            read += part.length;
            long sofar = read;
            listening.arriving().read(part).ifPresent(partial -> output.line("after %,9d bytes: %s".formatted(sofar, said(partial, listening))));
        }
        output.line("all %,11d bytes: %s".formatted(read, said(listening.arriving().end(), listening)));
    }

    /** {@code fr (83 %)} */
    private static String said(Arriving.Partial partial, Trained.Listening listening) {
        var logits = partial.logits().orElseThrow();
        int likeliest = 0;
        for (int label = 1; label < logits.length; label++) {
            likeliest = logits[label] > logits[likeliest] ? label : likeliest;
        }
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit - logits[likeliest]);
        }
        return "%s (%.0f %%)".formatted(listening.labels().get(likeliest), 100 / total);
    }
}
