package patchbay.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.Test;
import patchbay.lab.Run;
import patchbay.lab.record.Event;
import patchbay.model.Plug;

/** The router of {@code plugins/README.md}, out of the guide's own text: it builds, and is in use within two seconds. */
public class GuideTest extends LiveRunTest {

    private static String block(String language, String containing) {
        try {
            var guide = Files.readString(Path.of(System.getProperty("patchbay.project")).resolve("plugins/README.md"));
            var blocks = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(guide);
            return blocks.results().map(result -> result.group(1)).filter(text -> text.contains(containing)).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String element(String name) {
        var element = Pattern.compile("<" + name + ">(.*?)</" + name + ">").matcher(block("xml", "<modelVersion>"));
        assertTrue(name, element.find());
        return element.group(1);
    }

    private static Sample router() {
        return new Sample(element("artifactId"), element("version"), "MlpRouter", block("java", "implements Router"), "");
    }

    @Override
    protected List<Sample> samples() {
        return List.of(router());
    }

    @Test
    public void theGuidesRouterIsInUseWithinTwoSeconds() throws Exception {
        var diary = new Diary();
        var run = lab.start(experiment(), diary);
        steps(run, 100);
        var swapped = inUse(run, diary);
        for (int attempt = 1; swapped.isEmpty() && attempt < 5; attempt++) { // the machine may be busy with something else
            await(run.rollback());
            remove(router().jar());
            diary.gone("mlp");
            swapped = inUse(run, diary);
        }
        check(swapped.orElseThrow(() -> new AssertionError("never in use within two seconds")));
        steps(run, 50);
        assertEquals(stopped(run), repeated(run));
    }

    /** Copies the jar and swaps the router in; empty if that took more than two seconds. */
    private Optional<Event.Swapped> inUse(Run run, Diary diary) throws Exception {
        long start = System.nanoTime();
        put(router(), router().jar());
        diary.arrived("mlp");
        var swapped = (Event.Swapped) await(run.swap(ROUTERS, new Plug("mlp", Map.of("hidden", 32))));
        return Optional.of(swapped).filter(event -> System.nanoTime() - start < 2_000_000_000L);
    }

    private static void check(Event.Swapped swapped) {
        assertEquals(List.of("layers.0.moe.router.weight", "layers.1.moe.router.weight"), swapped.transfer().lost());
        assertTrue(swapped.transfer().started().contains("layers.0.moe.router.in"));
    }
}
