package patchbay.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import patchbay.data.Haystack;
import patchbay.data.Tokenizer;
import patchbay.lab.Generation;
import patchbay.memory.Block;
import patchbay.memory.Memories;
import patchbay.memory.MemorySession;
import patchbay.memory.MemorySettings;
import patchbay.memory.NeedleTrial;
import patchbay.model.Sampling;
import patchbay.tensor.UserError;

/** {@code memory} and {@code needle}: texts of any length, read in three tiers, and how well they are remembered. */
@Component(service = MemoryCommand.class, property = {
    "osgi.command.scope=patchbay", "osgi.command.function=memory", "osgi.command.function=needle"})
public final class MemoryCommand {

    private static final List<String> VERBS = List.of("ask", "delete", "end", "list", "load", "read", "save", "show");
    private static final Usage USAGE = Usage.options("memory [show | read FILE | ask PROMPT | save | load NAME | list | delete NAME | end] [session=NAME]"
            + " [shared=NAME] [run=RUN] [chunk=512] [block=32] [grain=4] [probes=16] [candidates=4096] [similarity=cosine] [rest=drop] [working=true] [tokens=40] [temperature=0]", 0, 2);
    private static final String[] KEYS = {"block", "candidates", "chunk", "grain", "probes", "rest", "run", "session", "shared", "similarity", "temperature", "tokens", "working"};
    private static final Usage NEEDLE = Usage.options("needle [run=RUN] [length=131072] [facts=32] [seed=1] [tiers=persistent] and the options of 'memory read'", 0, 0);
    private static final String[] NEEDLE_KEYS = {"block", "candidates", "chunk", "facts", "grain", "length", "probes", "rest", "run", "seed", "similarity", "tiers"};
    private static final List<String> TIERS = List.of("recent", "working", "persistent");
    private static final int QUARTERS = 4;
    private static final int SHOWN = 10;

    private final Runs runs;
    private final Memories memories;
    private final Map<String, Tokenizer> tokenizers = new ConcurrentHashMap<>();

    @Activate
    public MemoryCommand(@Reference Runs runs, @Reference Memories memories) {
        this.runs = runs;
        this.memories = memories;
    }

    @Descriptor("a session that reads long texts: its tiers and what was retrieved last; read FILE reads on, ask PROMPT continues, save and load keep it over a restart,"
            + " shared=NAME names the persistent tier that sessions have in common")
    public void memory(CommandSession session,
            @Descriptor("[show | read FILE | ask PROMPT | save | load NAME | list | delete NAME | end] [session=NAME] [option=value …]") String[] words)
            throws InterruptedException {
        var call = USAGE.parse(words);
        Usage.only(call, KEYS);
        var output = Output.of(session);
        var verb = call.optional(0).orElse("show");
        switch (verb) {
            case "show" -> output.print(show(open(call)));
            case "read" -> read(call, output);
            case "ask" -> ask(call, output);
            case "save" -> {
                var saved = open(call);
                output.line("%s: %,d tokens read, %,d bytes".formatted(saved.name(), saved.length(), memories.save(saved)));
            }
            case "load" -> {
                var name = word(call, "NAME");
                var model = model(call);
                var loaded = memories.load(name, model.engine(), model.decoder(), model.values());
                tokenizers.put(loaded.name(), model.tokenizer());
                output.print(show(loaded));
            }
            case "list" -> output.print(list());
            case "delete" -> memories.delete(word(call, "NAME"));
            case "end" -> memories.end(open(call));
            default -> throw UserError.unknown("word after memory", verb, VERBS);
        }
    }

    private static String word(Usage.Call call, String what) {
        return call.optional(1).orElseThrow(() -> new UserError("memory " + call.word(0) + " needs a " + what));
    }

    private MemorySession open(Usage.Call call) {
        return Optional.ofNullable(call.options().get("session")).map(memories::session).orElseGet(memories::current)
                .orElseThrow(() -> new UserError("no such session is open; begin one with 'memory read FILE' or go on with one by 'memory load NAME'"));
    }

    private Generation model(Usage.Call call) throws InterruptedException {
        return runs.generation(runs.folder(Optional.ofNullable(call.options().get("run"))));
    }

    private void read(Usage.Call call, Output output) throws InterruptedException {
        var file = Path.of(word(call, "FILE"));
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
        var name = call.options().getOrDefault("session", "session");
        var there = memories.session(name);
        var session = there.isPresent() ? there.get() : begin(name, model(call), settings(call, Optional.of(call.options().getOrDefault("shared", name))));
        session.read(tokenizers.get(session.name()).encode(text), file.getFileName().toString());
        output.print(show(session));
    }

    private MemorySession begin(String name, Generation model, MemorySettings settings) {
        var session = memories.begin(name, model.engine(), model.decoder(), model.values(), settings);
        tokenizers.put(name, model.tokenizer());
        return session;
    }

    private void ask(Usage.Call call, Output output) {
        var session = open(call);
        var tokenizer = tokenizers.get(session.name());
        session.read(tokenizer.encode(word(call, "PROMPT")), "prompt");
        int most = call.number("tokens", 40, Integer::valueOf);
        var text = new int[most];
        int[] count = new int[1];
        session.generate(most, new Sampling(call.number("temperature", 0.0, Double::valueOf), 0, 1), 1, token -> {
            text[count[0]++] = token;
            return true;
        });
        output.line(tokenizer.decode(text, 0, count[0]));
    }

    private static MemorySettings settings(Usage.Call call, Optional<String> shared) {
        var standard = MemorySettings.defaults();
        return new MemorySettings(call.number("chunk", standard.chunk(), Integer::valueOf), call.number("block", standard.block(), Integer::valueOf),
                call.number("grain", standard.grain(), Integer::valueOf), call.number("probes", standard.probes(), Integer::valueOf), call.number("candidates", standard.candidates(), Integer::valueOf),
                choice(call, "similarity", standard.similarity(), MemorySettings.Similarity.values()),
                choice(call, "rest", standard.rest(), MemorySettings.Rest.values()),
                !"false".equals(call.options().get("working")), shared);
    }

    private static <E extends Enum<E>> E choice(Usage.Call call, String key, E standard, E[] values) {
        var given = call.options().getOrDefault(key, standard.name());
        return Arrays.stream(values).filter(value -> value.name().equals(given)).findFirst()
                .orElseThrow(() -> UserError.unknown(key, given, Arrays.stream(values).map(Enum::name).toList()));
    }

    private String show(MemorySession session) {
        var table = new Table("tier", "rows", "of", "bytes", "").right(1, 2, 3);
        for (var tier : session.tiers()) {
            table.row(tier.tier(), "%,d".formatted(tier.rows()), tier.capacity() == 0 ? "" : "%,d".formatted(tier.capacity()), "%,d".formatted(tier.bytes()),
                    tier.onDisk() ? "on disk, " + session.settings().shared().orElseThrow() : "");
        }
        var text = new StringBuilder("%s: %,d tokens read%n".formatted(session.name(), session.length())).append(table);
        var retrieved = session.retrieved();
        if (!retrieved.isEmpty()) {
            text.append("retrieved last:\n").append(retrieved(retrieved, tokenizers.get(session.name())));
        }
        return text.toString();
    }

    private static Table retrieved(List<Block> blocks, Tokenizer tokenizer) {
        var table = new Table("session", "source", "from token", "text").right(2);
        blocks.stream().limit(SHOWN).forEach(block -> table.row(block.session(), block.source(), "%,d".formatted(block.offset()),
                tokenizer.decode(block.tokens()).replaceAll("\\s+", " ")));
        return table;
    }

    private String list() {
        var table = new Table("memory", "session", "persistent tier", "", "bytes").right(4);
        memories.list().forEach(entry -> table.row(entry.name(), entry.saved() ? "saved" : "", entry.persistent() ? "yes" : "", entry.open() ? "open" : "",
                "%,d".formatted(entry.bytes())));
        return table.toString();
    }

    @Descriptor("facts said once in a long text of the JDK's sources are asked for at its end: how many are answered by their distance, the time and what was held in memory;"
            + " tiers=recent, working (with recent) or persistent (all three)")
    public void needle(CommandSession session,
            @Descriptor("[run=RUN] [length=131072] [facts=32] [seed=1] [tiers=persistent] [option=value …]") String[] words) throws InterruptedException {
        var call = NEEDLE.parse(words);
        Usage.only(call, NEEDLE_KEYS);
        var output = Output.of(session);
        int length = call.number("length", 1 << 17, Integer::valueOf);
        var tiers = call.options().getOrDefault("tiers", "persistent");
        if (!TIERS.contains(tiers)) {
            throw UserError.unknown("tiers", tiers, TIERS);
        }
        var model = model(call);
        var haystack = Haystack.of(model.tokenizer(), length, call.number("facts", 32, Integer::valueOf), call.number("seed", 1L, Long::valueOf));
        var name = "needle-" + ProcessHandle.current().pid();
        var settings = settings(call, tiers.equals("persistent") ? Optional.of(name) : Optional.empty()).working(!tiers.equals("recent"));
        var reading = begin(name, model, settings);
        try {
            long begun = System.nanoTime();
            reading.read(haystack.tokens(), "haystack");
            long read = System.nanoTime();
            var answers = NeedleTrial.ask(reading, haystack, model.tokenizer());
            output.print(report(answers, length, tiers, (read - begun) / 1e9, (System.nanoTime() - read) / 1e9, reading));
        } finally {
            memories.end(reading);
            memories.list().stream().filter(entry -> entry.name().equals(name)).forEach(entry -> memories.delete(name));
        }
    }

    private static String[] row(String what, List<NeedleTrial.Answer> answers) {
        return new String[] {what, Integer.toString(answers.size()), Long.toString(answers.stream().filter(NeedleTrial.Answer::right).count()),
            Integer.toString(answers.stream().mapToInt(NeedleTrial.Answer::digits).sum()),
            Long.toString(answers.stream().filter(NeedleTrial.Answer::found).count())};
    }

    private static String report(List<NeedleTrial.Answer> answers, int length, String tiers, double read, double asked, MemorySession session) {
        var table = new Table("tokens back", "facts", "answered", "digits", "block found").right(1, 2, 3, 4);
        for (int quarter = 0; quarter < QUARTERS; quarter++) {
            int from = (int) ((long) length * quarter / QUARTERS);
            int to = (int) ((long) length * (quarter + 1) / QUARTERS);
            var here = answers.stream().filter(answer -> answer.back() > from && answer.back() <= to).toList();
            table.row(row("%,d to %,d".formatted(from, to), here));
        }
        table.row(row("all", answers));
        long held = session.programBytes() + session.tiers().stream().filter(tier -> !tier.onDisk()).mapToLong(MemorySession.TierState::bytes).sum();
        long disk = session.tiers().stream().filter(MemorySession.TierState::onDisk).mapToLong(MemorySession.TierState::bytes).sum();
        return table + "tiers %s: %,d tokens read in %.0f s, %d questions in %.1f s; tiers and buffers %,d bytes, on disk %,d%n"
                .formatted(tiers, length, read, answers.size(), asked, held, disk);
    }
}
