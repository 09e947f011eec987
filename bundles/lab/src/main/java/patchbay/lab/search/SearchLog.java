package patchbay.lab.search;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.lab.record.Json;
import patchbay.lab.record.Lines;
import patchbay.tensor.UserError;

/** The append-only file of what came of a search's arms, one {@link Entry} a line, on disk when {@link #append} returns. */
final class SearchLog implements AutoCloseable {

    private static final Map<String, Class<? extends Entry>> TYPES = Map.of("measured", Entry.Measured.class, "ended", Entry.Ended.class);

    private final Lines.Appender file;
    private final List<Entry> entries;

    private SearchLog(Lines.Appender file, List<Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** Opens a log to go on with, or a new one. A torn last line is cut off. */
    static SearchLog open(Path file) {
        try {
            var entries = new ArrayList<Entry>();
            if (Files.exists(file)) {
                Lines.truncate(file, readInto(file, entries));
            }
            return new SearchLog(new Lines.Appender(file), entries);
        } catch (IOException e) {
            throw new UserError("cannot open the search's log " + file + ": " + e.getMessage(), e);
        }
    }

    /** Reads a log that may be written to at the same time; a torn last line does not count. */
    static List<Entry> read(Path file) {
        try {
            var entries = new ArrayList<Entry>();
            if (Files.exists(file)) {
                readInto(file, entries);
            }
            return entries;
        } catch (IOException e) {
            throw new UserError("cannot read the search's log " + file + ": " + e.getMessage(), e);
        }
    }

    void append(Entry entry) {
        var line = Json.MAPPER.createObjectNode().put("type", entry instanceof Entry.Measured ? "measured" : "ended");
        line.setAll((ObjectNode) Json.MAPPER.valueToTree(entry));
        try {
            file.append(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            file.force();
        } catch (IOException e) {
            throw new UserError("cannot write " + file.path() + ": " + e.getMessage(), e);
        }
        entries.add(entry);
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }

    private static long readInto(Path file, List<Entry> entries) throws IOException {
        return Lines.visit(file, (line, number, start) -> {
            entries.add(entry(line, file + ":" + number));
            return true;
        });
    }

    private static Entry entry(byte[] line, String place) throws IOException {
        try {
            var node = Json.MAPPER.readTree(line);
            var name = node.path("type").asText();
            var type = Optional.ofNullable(TYPES.get(name))
                    .orElseThrow(() -> new UserError(place + ": " + UserError.unknown("entry", name, TYPES.keySet()).getMessage()));
            return Json.MAPPER.treeToValue(node, type);
        } catch (JacksonException e) {
            throw new UserError(place + ": is no entry of a search's log: " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UserError("cannot close " + file.path() + ": " + e.getMessage(), e);
        }
    }
}
