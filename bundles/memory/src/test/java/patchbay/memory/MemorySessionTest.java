package patchbay.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import patchbay.attention.memory.MemoryAttention;
import patchbay.contract.PlainParts;
import patchbay.model.Decoder;
import patchbay.model.ModelSettings;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Sampling;
import patchbay.spi.Plugin;
import patchbay.spi.Position;
import patchbay.tensor.Tensor;
import patchbay.tensor.UserError;

class MemorySessionTest {

    @TempDir
    Path folder;
    private Memories memories;

    @BeforeEach
    void open() {
        memories = new Memories(folder);
    }

    @AfterEach
    void close() {
        memories.close();
    }

    private MemorySession begin(String name, Map<String, Object> options, MemorySettings settings) {
        return memories.begin(name, Reading.ENGINE, Reading.small(options), Reading.VALUES, settings);
    }

    @Test
    void whatIsAllRecentIsReadAsByFullAttention() {
        var session = begin("a", Map.of(), Reading.settings());
        var text = Reading.text(30, 1);
        session.read(text, "text");
        assertArrayEquals(Reading.full(text), session.logits(), 1e-4f);
    }

    /** Without positions it makes no difference in which tier a key is, as long as it is in one. */
    @Test
    void withRoomForAllInTheWorkingTierNothingIsLost() {
        var session = begin("a", Map.of("working", 400), Reading.settings());
        var text = Reading.text(300, 1);
        session.read(text, "text");
        assertEquals(300 - session.tiers().getFirst().rows(), session.tiers().get(1).rows());
        assertArrayEquals(Reading.full(text), session.logits(), 1e-4f);
    }

    /** What the tokens before the oldest recent ones leave for those after them is in no tier. */
    @Test
    void theCacheOfTokensThatAreMixedInMovesOnToo() {
        var options = Map.<String, Object>of("shift", 2, "successor", true);
        var session = begin("a", Map.of("working", 400, "shift", 2, "successor", true), Reading.settings());
        var text = Reading.text(300, 1);
        session.read(text, "text");
        assertArrayEquals(Reading.full(text, options), session.logits(), 1e-4f);
    }

    /** The same by way of the disk, which rounds to 11 bits. */
    @Test
    void withRoomForAllThatIsRetrievedNothingIsLost() {
        var session = begin("a", Map.of("retrieved", 400), Reading.settings().working(false).sharing("a"));
        var text = Reading.text(300, 1);
        session.read(text, "text");
        assertArrayEquals(Reading.full(text), session.logits(), 5e-3f);
    }

    /** Most rows are in both far tiers then, and must count once. */
    @Test
    void noRowCountsTwice() {
        var session = begin("a", Map.of("retrieved", 400, "working", 100), Reading.settings().sharing("a"));
        var text = Reading.text(300, 1);
        session.read(text, "text");
        assertArrayEquals(Reading.full(text), session.logits(), 5e-3f);
    }

    @Test
    void withoutRoomSomethingIsLost() {
        var session = begin("a", Map.of(), Reading.settings());
        var text = Reading.text(300, 1);
        session.read(text, "text");
        assertFalse(Arrays.equals(Reading.full(text), session.logits()));
    }

    @Test
    void memoryDoesNotGrowWithTheText() {
        var session = begin("a", Map.of(), Reading.settings().sharing("a"));
        session.read(Reading.text(300, 1), "text");
        long before = bytes(session);
        session.read(Reading.text(1500, 2), "text");
        assertEquals(before, bytes(session));
        assertEquals(1800, session.length());
    }

    private static long bytes(MemorySession session) {
        return session.programBytes() + session.tiers().stream().filter(tier -> !tier.onDisk()).mapToLong(MemorySession.TierState::bytes).sum();
    }

    @Test
    void whatIsRetrievedTellsWhereItCameFrom() {
        var session = begin("a", Map.of(), Reading.settings().sharing("a"));
        session.read(Reading.text(100, 1), "first");
        session.read(Reading.text(100, 2), "second");
        var retrieved = session.retrieved();
        assertFalse(retrieved.isEmpty());
        for (var block : retrieved) {
            var of = block.source().equals("first") ? Reading.text(100, 1) : Reading.text(100, 2);
            int at = (int) block.offset();
            assertEquals(block.position(), block.source().equals("first") ? at : 100 + at);
            for (int i = 0; i < 4 && at + i < 100; i++) {
                assertEquals(of[at + i], block.tokens()[i], block.source() + " " + at);
            }
        }
    }

    @Test
    void sessionsShareAPersistentTierByName() {
        var writer = begin("writer", Map.of(), Reading.settings().sharing("common"));
        writer.read(Reading.text(200, 1), "book");
        var reader = begin("reader", Map.of(), Reading.settings().sharing("common"));
        reader.read(Reading.text(20, 2), "own");
        assertTrue(reader.retrieved().stream().allMatch(block -> block.source().equals("book") && block.session().equals("writer")));
        assertFalse(reader.retrieved().isEmpty());
        memories.end(writer);
        reader.read(Reading.text(20, 3), "own");
        assertFalse(reader.retrieved().isEmpty());
    }

    @Test
    void aSavedSessionGoesOnInAnotherProcess() {
        var text = Reading.text(260, 1);
        var whole = begin("whole", Map.of(), Reading.settings().sharing("w"));
        whole.read(Arrays.copyOf(text, 200), "text");
        whole.read(Arrays.copyOfRange(text, 200, 260), "text");
        var session = begin("a", Map.of(), Reading.settings().sharing("a"));
        session.read(Arrays.copyOf(text, 200), "text");
        memories.save(session);
        memories.close();

        memories = new Memories(folder);
        var again = memories.load("a", Reading.ENGINE, Reading.small(Map.of()), Reading.VALUES);
        assertEquals(200, again.length());
        again.read(Arrays.copyOfRange(text, 200, 260), "text");
        assertArrayEquals(whole.logits(), again.logits(), 1e-6f);
        assertTrue(again.retrieved().stream().anyMatch(block -> block.position() < 168), "blocks of before the restart are found");
    }

    @Test
    void goingBackForgetsWhatWasRead() {
        var session = begin("a", Map.of(), Reading.settings());
        session.read(Reading.text(100, 1), "text");
        var mark = session.mark(8);
        var before = session.logits();
        session.generate(4, new Sampling(0, 0, 1), 1, token -> true);
        var first = session.logits();
        session.back(mark);
        assertArrayEquals(before, session.logits());
        assertEquals(100, session.length());
        session.generate(4, new Sampling(0, 0, 1), 1, token -> true);
        assertArrayEquals(first, session.logits(), 1e-6f);
        session.read(Reading.text(60, 2), "more");
        assertThrows(UserError.class, () -> session.back(mark));
    }

    @Test
    void aDamagedMemoryIsOneClearLineAndAnotherIsLeftAlone() throws IOException {
        var session = begin("a", Map.of(), Reading.settings().sharing("broken"));
        session.read(Reading.text(200, 1), "text");
        memories.end(session);
        try (var files = Files.list(folder.resolve("broken").resolve("index"))) {
            var largest = files.max((one, other) -> Long.compare(one.toFile().length(), other.toFile().length())).orElseThrow();
            var bytes = Files.readAllBytes(largest);
            bytes[bytes.length / 2] ^= 0x55;
            Files.write(largest, bytes);
        }
        var error = assertThrows(UserError.class, () -> begin("b", Map.of(), Reading.settings().sharing("broken")));
        assertTrue(error.getMessage().contains("the memory 'broken'") && error.getMessage().contains("memory delete broken"), error.getMessage());
        assertFalse(error.getMessage().contains("\n"));
        begin("b", Map.of(), Reading.settings().sharing("sound")).read(Reading.text(100, 1), "text");
        memories.delete("broken");
        assertEquals(List.of("sound"), memories.list().stream().map(Memories.Entry::name).toList());
    }

    @Test
    void rowsThatAreMissingAreDamageToo() throws IOException {
        var session = begin("a", Map.of(), Reading.settings().sharing("broken"));
        session.read(Reading.text(200, 1), "text");
        memories.end(session);
        try (var rows = FileChannel.open(folder.resolve("broken").resolve("rows"), StandardOpenOption.WRITE)) {
            rows.truncate(rows.size() - 1);
        }
        var error = assertThrows(UserError.class, () -> begin("b", Map.of(), Reading.settings().sharing("broken")));
        assertTrue(error.getMessage().contains("damaged (rows has"), error.getMessage());
    }

    @Test
    void anotherModelsMemoryIsRefused() {
        memories.end(begin("a", Map.of(), Reading.settings().sharing("a")));
        var other = Reading.ENGINE.variables();
        for (var name : Reading.VALUES.names()) {
            var values = new float[Reading.VALUES.type(name).size()];
            Reading.VALUES.read(name, values);
            values[0] += 1;
            other.put(name, Reading.VALUES.type(name), values);
        }
        var error = assertThrows(UserError.class, () -> memories.begin("b", Reading.ENGINE, Reading.small(Map.of()), other, Reading.settings().sharing("a")));
        assertTrue(error.getMessage().contains("of another kind"), error.getMessage());
    }

    @Test
    void anAttentionThatDoesNotRememberIsRefused() {
        Decoder plain = PlainParts.decoder(ModelSettings.defaults(), Reading.VOCABULARY);
        var error = assertThrows(UserError.class, () -> memories.begin("a", Reading.ENGINE, plain, Reading.ENGINE.variables(), Reading.settings()));
        assertTrue(error.getMessage().contains("swap layers.*.attention memory"), error.getMessage());
    }

    /** Where each token stands, in its embedding. */
    @Plugin("numbered")
    public static final class Numbered implements Position {

        @Override
        public Tensor embed(Scope scope, Tensor embeddings) {
            return embeddings.add(scope.start().toFloat());
        }
    }

    @Test
    void positionsWithinEmbeddingsAreRefused() {
        var settings = ModelSettings.defaults();
        var plugs = Map.of("layers.*.attention", new Plug("memory", Map.of("recent", 32)), "position", Plug.of("numbered"));
        var decoder = new Decoder(Rack.fit(settings, PlainParts.wiring(settings, plugs), PlainParts.shelf(new MemoryAttention(), new Numbered())), Reading.VOCABULARY);
        var error = assertThrows(UserError.class, () -> memories.begin("a", Reading.ENGINE, decoder, Reading.ENGINE.variables(), Reading.settings()));
        assertTrue(error.getMessage().startsWith("position numbered at position writes where a token stands into its embedding"), error.getMessage());
        assertFalse(error.getMessage().contains("\n"));
    }

    @Test
    void aRecentTierThatCannotLoseABlockIsRefused() {
        var error = assertThrows(UserError.class, () -> begin("a", Map.of("recent", 15), Reading.settings()));
        assertTrue(error.getMessage().contains("recent is 15; with blocks of 4 tokens it must be at least 16"), error.getMessage());
    }

    @Test
    void aNameIsNoPath() {
        assertThrows(UserError.class, () -> begin("../a", Map.of(), Reading.settings()));
        assertThrows(UserError.class, () -> memories.delete(".."));
    }
}
