package patchbay.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import patchbay.model.Decoder;
import patchbay.tensor.Engine;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;

/**
 * The memories of this platform, a folder each: a persistent tier, a saved session, or both. Sessions that name the same persistent tier share it:
 * each finds what the others read.
 */
@Component(service = Memories.class)
public final class Memories {

    private static final String SESSION = "session.safetensors";

    private final Path folder;
    private final Map<String, Shared> open = new HashMap<>();
    private final Map<String, MemorySession> sessions = new LinkedHashMap<>();

    /** A persistent tier with the number of sessions that read and write it. */
    private record Shared(PersistentTier tier, int users) {}

    @Activate
    public Memories(BundleContext context) {
        this(Path.of(Optional.ofNullable(context.getProperty("patchbay.memories")).orElse("memories")));
    }

    public Memories(Path folder) {
        this.folder = folder;
    }

    /** Ends all sessions, unsaved. */
    @Deactivate
    public synchronized void close() {
        List.copyOf(sessions.values()).forEach(this::end);
    }

    private static void check(String name) {
        if (!name.matches("[a-z0-9]+([-.][a-z0-9]+)*")) {
            throw new UserError("'" + name + "' is no name for a memory; lower case letters and digits, joined by - or .");
        }
    }

    /**
     * Begins to read something.
     *
     * @throws UserError if a session of that name is open, the model's attentions do not remember, or the persistent tier is damaged or another's
     */
    public synchronized MemorySession begin(String name, Engine engine, Decoder decoder, Variables values, MemorySettings settings) {
        check(name);
        settings.shared().ifPresent(Memories::check);
        if (sessions.containsKey(name)) {
            throw new UserError("the session '" + name + "' is open already");
        }
        var session = new MemorySession(engine, decoder, values, settings, name, this::open);
        sessions.put(name, session);
        return session;
    }

    private PersistentTier open(String name, Layout layout) {
        var there = open.get(name);
        if (there == null) {
            there = new Shared(PersistentTier.open(name, folder.resolve(name), layout), 0);
        } else if (!there.tier.layout().equals(layout)) {
            throw PersistentTier.otherKind(name, there.tier.layout().toString(), layout);
        }
        open.put(name, new Shared(there.tier, there.users + 1));
        return there.tier;
    }

    /** The session of this name that is open. */
    public synchronized Optional<MemorySession> session(String name) {
        return Optional.ofNullable(sessions.get(name));
    }

    /** The session that was begun last. */
    public synchronized Optional<MemorySession> current() {
        return sessions.values().stream().reduce((_, later) -> later);
    }

    /** Ends a session; what it read stays in its persistent tier. */
    public synchronized void end(MemorySession session) {
        sessions.remove(session.name());
        session.close();
        session.persistent().ifPresent(tier -> {
            var shared = open.get(tier.name());
            if (shared.users > 1) {
                open.put(tier.name(), new Shared(tier, shared.users - 1));
            } else {
                open.remove(tier.name());
                tier.close();
            }
        });
    }

    /** Writes all that a session holds, so that {@link #load} goes on where it is; its persistent tier is committed. Returns the file's bytes. */
    public synchronized long save(MemorySession session) {
        var file = folder.resolve(session.name()).resolve(SESSION);
        try {
            Files.createDirectories(file.getParent());
            session.persistent().ifPresent(PersistentTier::commit);
            SavedSession.write(session, file);
            return Files.size(file);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Goes on with a session that was saved.
     *
     * @throws UserError if there is none of the name, or it is damaged or another model's
     */
    public synchronized MemorySession load(String name, Engine engine, Decoder decoder, Variables values) {
        check(name);
        var file = folder.resolve(name).resolve(SESSION);
        if (!Files.exists(file)) {
            throw UserError.unknown("saved session", name, list().stream().filter(Entry::saved).map(Entry::name).toList());
        }
        try (var saved = SavedSession.open(file)) {
            var session = begin(name, engine, decoder, values, saved.settings());
            try {
                saved.restore(session);
            } catch (UserError mistake) {
                end(session);
                throw mistake;
            }
            return session;
        }
    }

    /**
     * A memory on disk.
     *
     * @param saved whether a session can be loaded
     * @param persistent whether there is a persistent tier
     * @param bytes of all its files
     */
    public record Entry(String name, boolean saved, boolean persistent, boolean open, long bytes) {}

    public synchronized List<Entry> list() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var folders = Files.list(folder)) {
            var entries = new ArrayList<Entry>();
            for (var one : folders.filter(Files::isDirectory).sorted().toList()) {
                var name = one.getFileName().toString();
                entries.add(new Entry(name, Files.exists(one.resolve(SESSION)), Files.exists(one.resolve("rows")), open.containsKey(name) || sessions.containsKey(name),
                        bytes(one)));
            }
            return List.copyOf(entries);
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static long bytes(Path folder) throws IOException {
        long sum = 0;
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                sum += Files.size(file);
            }
        }
        return sum;
    }

    /** Removes a memory from disk. */
    public synchronized void delete(String name) {
        check(name);
        var there = list().stream().filter(entry -> entry.name().equals(name)).findFirst()
                .orElseThrow(() -> UserError.unknown("memory", name, list().stream().map(Entry::name).toList()));
        if (there.open()) {
            throw new UserError("the memory '" + name + "' is in use; end its session first");
        }
        try (var files = Files.walk(folder.resolve(name))) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UserError(folder.resolve(name) + ": cannot be removed: " + e.getMessage(), e);
        }
    }
}
