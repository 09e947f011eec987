package patchbay.lab.record;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.tensor.UserError;

/** The append-only file of what happened in a run: one event a line, on disk when {@link #append} returns. Any thread may append. */
public final class Journal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private static final Map<String, Class<?>> TYPES =
            Arrays.stream(Event.class.getPermittedSubclasses()).collect(Collectors.toUnmodifiableMap(Journal::type, type -> type));

    private final InstantSource clock;
    private final Lines.Appender file;
    private final List<History.Entry> entries;

    private Journal(InstantSource clock, Lines.Appender file, List<History.Entry> entries) {
        this.clock = clock;
        this.file = file;
        this.entries = entries;
    }

    /**
     * Opens a journal to go on with, or a new one. A torn last line is cut off.
     *
     * @throws UserError if what is there is no journal
     */
    public static Journal open(Path file) {
        return open(file, InstantSource.system());
    }

    static Journal open(Path file, InstantSource clock) {
        try {
            var entries = new ArrayList<History.Entry>();
            if (Files.exists(file)) {
                Lines.truncate(file, readInto(file, entries));
            }
            return new Journal(clock, new Lines.Appender(file), entries);
        } catch (IOException e) {
            throw new UserError("cannot open the journal " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a journal that may be written to at the same time. A torn last line is passed over with a warning.
     *
     * @throws UserError for any other line that is no event, with file and line
     */
    public static History read(Path file) {
        try {
            var entries = new ArrayList<History.Entry>();
            readInto(file, entries);
            return new History(entries);
        } catch (IOException e) {
            throw new UserError("cannot read the journal " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes one event. Those that a replay or a resuming depends on are forced to the disk.
     *
     * @throws UserError if the disk is full or gone; the event is not in the journal then
     */
    public synchronized void append(Event event) {
        var time = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var line = Json.MAPPER.createObjectNode().put("type", type(event.getClass())).put("time", time.toString());
        line.setAll((ObjectNode) Json.MAPPER.valueToTree(event));
        try {
            file.append(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            if (decisive(event)) {
                file.force();
            }
        } catch (IOException e) {
            throw new UserError("cannot write " + file.path() + ": " + e.getMessage(), e);
        }
        entries.add(new History.Entry(time, event));
    }

    /** How many entries there are. */
    public synchronized long size() {
        return entries.size();
    }

    public synchronized History history() {
        return new History(entries);
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UserError("cannot close " + file.path() + ": " + e.getMessage(), e);
        }
    }

    private static boolean decisive(Event event) {
        return switch (event) {
            case Event.Started s -> true;
            case Event.Resumed r -> true;
            case Event.Swapped s -> true;
            case Event.RolledBack r -> true;
            case Event.Checkpointed c -> true;
            default -> false;
        };
    }

    /** @return the offset up to which the file is whole */
    private static long readInto(Path file, List<History.Entry> entries) throws IOException {
        long whole = Lines.visit(file, (line, number, start) -> {
            entries.add(entry(line, file + ":" + number));
            return true;
        });
        if (whole < Files.size(file)) {
            LOG.warn("{}: the last line is torn and does not count", file);
        }
        return whole;
    }

    private static History.Entry entry(byte[] line, String place) throws IOException {
        try {
            var node = Json.MAPPER.readTree(line);
            var name = node.path("type").asText();
            var type = TYPES.get(name);
            if (type == null) {
                throw new UserError(place + ": " + UserError.unknown("event", name, TYPES.keySet()).getMessage());
            }
            return new History.Entry(Instant.parse(node.path("time").asText()), (Event) Json.MAPPER.treeToValue(node, type));
        } catch (JacksonException | DateTimeException e) {
            throw new UserError(place + ": is no event of a journal: " + e.getMessage().lines().findFirst().orElse(""), e);
        }
    }

    /** {@code RolledBack} is {@code rolled-back}. */
    private static String type(Class<?> type) {
        return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }
}
